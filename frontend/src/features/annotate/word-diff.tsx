import { type ChangeObject, diffLines, diffWordsWithSpace } from "diff";
import { useMemo } from "react";
import { cx } from "@/lib/cx";
import { useT } from "@/lib/i18n";

/** Two long texts with little in common would hold up the page for many seconds. */
const PATIENCE_MS = 800;

/** Parts of `text`, those that `against` lacks marked as added: by words, by lines when that takes too long. */
export function partsOf(text: string, against: string): ChangeObject<string>[] | null {
  const parts =
    diffWordsWithSpace(against, text, { timeout: PATIENCE_MS }) ??
    diffLines(against, text, { timeout: PATIENCE_MS });
  return parts?.filter((part) => !part.removed) ?? null;
}

/** One response as plain text with what the other lacks marked; loaded only when asked for. */
export default function WordDiff({ text, against }: { text: string; against: string }) {
  const t = useT();
  const parts = useMemo(() => partsOf(text, against), [text, against]);
  return (
    <>
      {parts === null && (
        <p className="mb-2 text-muted">{t("These two have too little in common to show the differences.")}</p>
      )}
      <p dir="auto" className="reading max-w-[72ch] whitespace-pre-wrap [overflow-wrap:anywhere]">
        {(parts ?? [{ value: text, added: false }]).map((part, index) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity but their place.
            key={index}
            className={cx(part.added && "rounded-sm bg-sunken underline decoration-2 underline-offset-4")}
          >
            {part.value}
          </span>
        ))}
      </p>
    </>
  );
}
