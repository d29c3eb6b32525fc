import { keyLabels } from "@/actions/format-keys";
import { cx } from "@/lib/cx";

/** Prints a key binding; hidden from screen readers, which get it from aria-keyshortcuts, and from fingers. */
export function Kbd({ keys, tone = "plain" }: { keys: string; tone?: "plain" | "on-accent" }) {
  return (
    <span aria-hidden="true" className="inline-flex gap-0.5 pointer-coarse:hidden">
      {keyLabels(keys).map((press, index) => (
        <kbd
          // biome-ignore lint/suspicious/noArrayIndexKey: a sequence such as "g g" has equal presses.
          key={index}
          // "[" would turn round in right-to-left text.
          dir="ltr"
          className={cx(
            "inline-flex h-[18px] min-w-[18px] items-center justify-center rounded-sm border px-1 font-sans text-[11px] leading-none",
            tone === "plain" ? "border-line bg-sunken text-muted" : "border-white/35 text-white",
          )}
        >
          {press}
        </kbd>
      ))}
    </span>
  );
}
