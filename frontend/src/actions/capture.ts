/** Turns a key press into the words of a binding: "x", "Shift+a", "$mod+Enter", "?". */

const MODIFIERS = new Set([
  "Shift",
  "Control",
  "Alt",
  "Meta",
  "AltGraph",
  "CapsLock",
  "Dead",
  "Unidentified",
]);

/** The binding that this press would answer; null for a modifier alone or a key half composed. */
export function bindingOf(event: KeyboardEvent): string | null {
  if (!event.key || MODIFIERS.has(event.key) || event.isComposing) return null;
  const key = nameOf(event);
  // A mark, a digit or a capital made with Shift already says so; only letters and named keys do not.
  const saysShift = [...key].length === 1 && !/\p{L}/u.test(key);
  const parts = [
    event.ctrlKey && "Control",
    event.metaKey && "Meta",
    event.altKey && "Alt",
    event.shiftKey && !saysShift && "Shift",
  ].filter((part) => part !== false);
  // Ctrl here is ⌘ on a Mac and the other way round, so that keys travel with the person.
  const main = navigator.userAgent.includes("Mac") ? "Meta" : "Control";
  return [...parts.map((part) => (part === main ? "$mod" : part)), key].join("+");
}

function nameOf(event: KeyboardEvent): string {
  if (event.key === " ") return "Space";
  return [...event.key].length === 1 ? event.key.toLowerCase() : event.key;
}

/** Keys that the browser, or moving between controls, needs itself. */
export function isReserved(binding: string): boolean {
  return ["Tab", "Shift+Tab", "Escape"].includes(binding);
}
