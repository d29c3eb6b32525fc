import { diffWordsWithSpace } from "diff";
import { cx } from "@/lib/cx";

/** One response as plain text with what the other lacks marked; loaded only when asked for. */
export default function WordDiff({ text, against }: { text: string; against: string }) {
  const parts = diffWordsWithSpace(against, text).filter((part) => !part.removed);
  return (
    <p dir="auto" className="reading max-w-[72ch] whitespace-pre-wrap [overflow-wrap:anywhere]">
      {parts.map((part, index) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity but their place.
          key={index}
          className={cx(part.added && "rounded-sm bg-sunken underline decoration-2 underline-offset-4")}
        >
          {part.value}
        </span>
      ))}
    </p>
  );
}
