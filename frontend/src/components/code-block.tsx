import { CopyButton } from "@/components/ui";
import { cx } from "@/lib/cx";

/** Text to copy into a terminal or a file; long lines scroll, so that they are copied as they are. */
export function CodeBlock({ text, copy, tall = false }: { text: string; copy: string; tall?: boolean }) {
  return (
    <div className="flex items-start gap-2 rounded-md bg-sunken p-2 ps-3">
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
        tabIndex={0}
        className={cx(
          "min-w-0 flex-1 overflow-auto py-1 font-mono text-sm",
          tall ? "max-h-[60vh]" : "max-h-64",
        )}
      >
        {text}
      </pre>
      <CopyButton text={text} label={copy} />
    </div>
  );
}
