/** localStorage that never throws: private windows and blocked storage just forget. */
export function readSetting(name: string): string | null {
  try {
    return localStorage.getItem(`plumbline.${name}`);
  } catch {
    return null;
  }
}

export function writeSetting(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`plumbline.${name}`);
    else localStorage.setItem(`plumbline.${name}`, value);
  } catch {
    // Nothing to do: the choice lasts until the page closes.
  }
}
