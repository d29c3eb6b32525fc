import { useT } from "@/lib/i18n";
import type { PaneProps } from "../module";
import { targetsOf } from "../per-target";
import type { ThumbsAnswer, ThumbsQuestion } from "../types";

/** What was said about a text, beside its heading, so that eyes need not travel to the dock to check. */
export function ThumbsHeader({ question, answer, item, target }: PaneProps<ThumbsQuestion, ThumbsAnswer>) {
  const t = useT();
  const thumb = answer?.[target];
  if (!thumb || !targetsOf(question.per, item).includes(target)) return null;
  return (
    <span className="text-fg" title={question.title}>
      <span aria-hidden="true">{thumb === "up" ? "👍" : "👎"}</span>
      <span className="sr-only">{thumb === "up" ? t("Thumb up") : t("Thumb down")}</span>
    </span>
  );
}
