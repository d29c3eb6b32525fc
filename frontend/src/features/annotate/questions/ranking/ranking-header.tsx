import { useT } from "@/lib/i18n";
import type { PaneProps } from "../module";
import type { RankingAnswer, RankingQuestion } from "../types";
import { ranksOf } from "./order";

/** The rank of a response beside its heading. */
export function RankingHeader({ question, answer, target }: PaneProps<RankingQuestion, RankingAnswer>) {
  const t = useT();
  const rank = ranksOf(answer)[target];
  if (rank === undefined) return null;
  return (
    <span className="num rounded-sm border border-line bg-sunken px-1.5 text-fg" title={question.title}>
      {t("Rank {{rank}}", { rank })}
    </span>
  );
}
