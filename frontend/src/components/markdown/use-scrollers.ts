import { type RefObject, useEffect } from "react";

/**
 * Code and tables wider than the text scroll sideways; whoever has no mouse must reach those that do, and need not
 * stop at the others. Measured when the browser has laid them out anyway, so that it costs no layout of its own.
 */
export function useScrollers(root: RefObject<HTMLElement | null>, content: unknown): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: new content has new code and tables.
  useEffect(() => {
    const element = root.current;
    if (!element?.querySelector("pre,table")) return;
    const observer = new ResizeObserver(() => {
      for (const each of element.querySelectorAll<HTMLElement>("pre,table")) {
        // What is out of sight of a long text is not laid out; measuring it would do just that.
        if (each.checkVisibility?.({ contentVisibilityAuto: true }) === false) continue;
        if (each.scrollWidth > each.clientWidth) each.tabIndex = 0;
        else each.removeAttribute("tabindex");
      }
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [root, content]);
}
