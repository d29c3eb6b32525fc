/** Keys must never be stolen from a place where they already mean something. */

const TEXT_INPUTS = new Set([
  "text",
  "search",
  "email",
  "password",
  "url",
  "tel",
  "number",
  "date",
  "datetime-local",
  "month",
  "time",
  "week",
]);
const TYPING_ROLES = '[role="textbox"],[role="combobox"],[role="searchbox"],[role="spinbutton"]';
const LIST_ROLES = '[role="listbox"],[role="menu"],[role="menubar"],[role="tree"],[role="grid"][tabindex]';
const ARROW_ROLES = '[role="radiogroup"],[role="tablist"],[role="slider"],[role="separator"][tabindex]';
const BUTTON_LIKE =
  'button,a[href],summary,[role="button"],[role="link"],[role="tab"],[role="checkbox"],[role="switch"]';

/** The person is typing text, or choosing inside a list that has its own keys. */
export function isTypingTarget(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  if (target instanceof HTMLInputElement) return TEXT_INPUTS.has(target.type);
  // jsdom has no isContentEditable, so the attribute is looked at as well.
  if (target.isContentEditable || target.closest('[contenteditable=""],[contenteditable="true"]'))
    return true;
  return target.closest(TYPING_ROLES) !== null || target.closest(LIST_ROLES) !== null;
}

/** The focused control uses this very key itself: Enter and Space press buttons, arrows move inside groups. */
export function isUsedByControl(event: KeyboardEvent): boolean {
  const { target, key } = event;
  if (!(target instanceof HTMLElement)) return false;
  if (key === "Enter" || key === " ") {
    return (
      target.closest(BUTTON_LIKE) !== null || (target instanceof HTMLInputElement && target.type !== "range")
    );
  }
  if (key.startsWith("Arrow") || key === "Home" || key === "End" || key === "PageUp" || key === "PageDown") {
    if (target instanceof HTMLInputElement && (target.type === "radio" || target.type === "range"))
      return true;
    return target.closest(ARROW_ROLES) !== null;
  }
  return false;
}

/** The open modal dialog on top, if any: only actions of the dialog answer keys then. */
export function openModal(): Element | null {
  const dialogs = document.querySelectorAll(
    '[role="dialog"][data-state="open"][data-modal],[role="alertdialog"][data-state="open"]',
  );
  return dialogs[dialogs.length - 1] ?? null;
}

export interface KeyRule {
  /** The key also works while typing (Ctrl+Enter to send a form). */
  whileTyping?: boolean;
  /** The key also works while a modal dialog is open. */
  inDialog?: boolean;
  /** Holding the key repeats the action. */
  repeat?: boolean;
}

/** A key that writes or moves within text. Whatever a key map says, text fields keep these. */
function isTextKey({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  return !ctrlKey && !metaKey && !altKey && key !== "Escape" && !/^F\d+$/.test(key);
}

/** Whether an action may answer this key press. */
export function mayAnswer(event: KeyboardEvent, rule: KeyRule): boolean {
  if (event.defaultPrevented || event.isComposing) return false;
  if (event.repeat && !rule.repeat) return false;
  if (!rule.inDialog && openModal() !== null) return false;
  if (isTypingTarget(event.target) && (!rule.whileTyping || isTextKey(event))) return false;
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
  return !(plain && isUsedByControl(event));
}
