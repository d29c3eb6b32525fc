import { useRef } from "react";

const CHOSEN = "[data-first-focus]";
const FIELDS = "[data-body] :is(input:not([type=hidden]), textarea, select):not(:disabled)";
const BUTTONS = "[data-footer] button:not(:disabled)";

/**
 * Focus of a dialog opened by state, not by a trigger of its own: on opening what is marked `data-first-focus` gets
 * it, else the first field, else the first button of the footer; on closing it goes back to where it was.
 */
export function useFocusReturn(options: { intoFields?: boolean } = {}) {
  const before = useRef<Element | null>(null);
  return {
    onOpenAutoFocus: (event: Event) => {
      before.current = document.activeElement;
      const dialog = event.target;
      if (!options.intoFields || !(dialog instanceof HTMLElement)) return;
      const first = [CHOSEN, FIELDS, BUTTONS]
        .map((selector) => dialog.querySelector<HTMLElement>(selector))
        .find((found) => found !== null);
      if (!first) return;
      event.preventDefault();
      first.focus();
    },
    onCloseAutoFocus: (event: Event) => {
      event.preventDefault();
      if (before.current instanceof HTMLElement && before.current.isConnected) before.current.focus();
    },
  };
}
