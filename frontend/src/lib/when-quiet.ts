const QUIET_AFTER_MS = 3_000;
const SIGNS = ["pointermove", "pointerdown", "keydown", "touchstart"] as const;

let quiet: Promise<void> | null = null;

/**
 * Resolves once the first page stands: at the first sign of somebody, or after three seconds. What is not needed for
 * reading and answering is fetched only then.
 */
export function whenQuiet(): Promise<void> {
  quiet ??= new Promise((resolve) => {
    const done = () => {
      for (const name of SIGNS) window.removeEventListener(name, done, { capture: true });
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(done, QUIET_AFTER_MS);
    for (const name of SIGNS) window.addEventListener(name, done, { capture: true, passive: true });
  });
  return quiet;
}
