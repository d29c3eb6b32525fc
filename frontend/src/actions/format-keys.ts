import { msg, t } from "@/lib/i18n";

const isMac = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);

const NAMES: Record<string, string> = {
  $mod: isMac ? "⌘" : msg("Ctrl"),
  control: msg("Ctrl"),
  meta: "⌘",
  alt: isMac ? "⌥" : "Alt",
  shift: "⇧",
  enter: "⏎",
  escape: msg("Esc"),
  arrowup: "↑",
  arrowdown: "↓",
  arrowleft: "←",
  arrowright: "→",
  space: msg("Space"),
  backspace: "⌫",
  delete: msg("Del"),
};

/** One entry per press: "g d" → ["g", "d"]; "$mod+k" → ["Ctrl K"]. "Shift+?" is just "?". */
export function keyLabels(binding: string): string[] {
  return binding.split(" ").map((press) => {
    const parts = press.split(/\+(?=.)/);
    const key = parts[parts.length - 1] ?? "";
    // A mark such as "?" already says that Shift is held.
    const shown =
      parts.length > 1 && /^[^a-z0-9]$/i.test(key) ? parts.filter((part) => part !== "Shift") : parts;
    return shown
      .map((part) => {
        const name = NAMES[part.toLowerCase()];
        return name ? t(name) : shown.length > 1 ? part.toUpperCase() : part;
      })
      .join(" ");
  });
}

/** The value for aria-keyshortcuts, or undefined for sequences, which that attribute cannot say. */
export function ariaKeys(keys: readonly string[] | undefined): string | undefined {
  const said = keys
    ?.filter((key) => !key.includes(" "))
    .map((key) => key.replace("$mod", isMac ? "Meta" : "Control"));
  return said?.length ? said.join(" ") : undefined;
}
