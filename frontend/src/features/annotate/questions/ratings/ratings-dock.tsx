import { useEffect, useRef } from "react";
import { Kbd } from "@/components/ui";
import { cx } from "@/lib/cx";
import { useT } from "@/lib/i18n";
import { KeyOf } from "../key-of";
import type { QuestionProps } from "../module";
import { ITEM } from "../per-target";
import { QuestionLine } from "../question-line";
import { targetName } from "../targets";
import type { RatingsAnswer, RatingsQuestion } from "../types";
import { anchorsText, type Cell, cellsOf, placeOf, ratedTargets } from "./cells";
import { RatingsRow } from "./ratings-row";
import { useRatingKeys } from "./use-rating-keys";

/** A grid: aspects down, texts across. Arrows move between cells, digits rate, `-` says it does not apply. */
export function RatingsDock(props: QuestionProps<RatingsQuestion, RatingsAnswer>) {
  const { question, answer = {}, item, active } = props;
  const t = useT();
  const cells = cellsOf(question, item);
  const targets = ratedTargets(question, item);
  const { at, current, target, rate } = useRatingKeys(props);
  const grid = useRef<HTMLTableElement>(null);

  // Both ways: a long rubric scrolls in the dock, many texts scroll sideways.
  useEffect(() => {
    if (!active || at === undefined) return;
    const cell = grid.current?.querySelector("[data-current]");
    cell?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [active, at]);

  return (
    <QuestionLine {...props}>
      <div className="min-w-0 flex-1">
        <div className="overflow-x-auto">
          <table ref={grid} className="border-separate border-spacing-x-0 border-spacing-y-0.5">
            {targets[0] !== ITEM && (
              <thead>
                <tr className="text-start text-sm text-muted max-sm:hidden">
                  <td />
                  {targets.map((each) => (
                    <th
                      key={each}
                      scope="col"
                      className={cx(
                        "ps-4 text-start font-medium",
                        active && each === target && "text-accent-text",
                      )}
                    >
                      {targetName(item, each, t)}
                    </th>
                  ))}
                </tr>
              </thead>
            )}
            <tbody>
              {cells.map((cell, index) => (
                <RatingsRow
                  key={cell.name}
                  cell={cell}
                  first={cell.group !== null && cells[index - 1]?.group !== cell.group}
                  targets={targets}
                  answer={answer}
                  na={question.na}
                  isCurrent={(each) => active && at === placeOf(each, cell.name)}
                  onRate={(each, rating) => rate(placeOf(each, cell.name), rating)}
                  nameOf={(each) => (each === ITEM ? "" : targetName(item, each, t))}
                />
              ))}
            </tbody>
          </table>
        </div>
        <Anchors cell={active ? current : undefined} na={question.na} />
      </div>
    </QuestionLine>
  );
}

/** What the numbers of the cell at hand stand for. Its place is kept, so that nothing jumps when it fills. */
function Anchors({ cell, na }: { cell: Cell | undefined; na: boolean }) {
  const t = useT();
  if (!cell) return <p className="min-h-6" />;
  return (
    <p className="sticky bottom-0 flex min-h-6 max-w-[90ch] flex-wrap items-center gap-x-3 gap-y-0.5 bg-canvas pt-1 text-sm text-muted">
      <span className="flex items-center gap-1 pointer-coarse:hidden">
        <Kbd keys={`${cell.low}…${cell.high}`} />
        {na && <KeyOf id="annotate.rate-na" keys="-" />}
      </span>
      <span dir="auto">
        <span className="font-medium text-fg">{cell.title}</span>
        {cell.description && `: ${cell.description}`}
      </span>
      {anchorsText(cell).map(([rating, words]) => (
        <span key={rating} dir="auto">
          <span className="num font-medium text-fg">{rating}</span> {words}
        </span>
      ))}
      {na && <span>{t("– does not apply")}</span>}
    </p>
  );
}
