import { useActions } from "@/actions";
import { Kbd } from "@/components/ui";
import { cx } from "@/lib/cx";
import { useT } from "@/lib/i18n";
import type { QuestionProps } from "../module";
import { ITEM } from "../per-target";
import { QuestionLine } from "../question-line";
import { targetName } from "../targets";
import type { RatingsAnswer, RatingsQuestion, Target } from "../types";
import { useCursor } from "../use-cursor";
import { anchorsText, type Cell, cellsOf, meanOf, ratedTargets, ratingKey } from "./cells";

/** A grid: aspects down, texts across. Arrows move between cells, digits rate, `-` says it does not apply. */
export function RatingsDock(props: QuestionProps<RatingsQuestion, RatingsAnswer>) {
  const { question, answer = {}, item, active, onChange, onDone } = props;
  const t = useT();
  const cells = cellsOf(question, item);
  const targets = ratedTargets(question, item);
  // Down one text after the other: who has just read it rates it on all aspects.
  const places = targets.flatMap((target) => cells.map((cell) => `${target} ${cell.name}`));
  const ratingAt = (target: Target, cell: string) => answer[target]?.[cell];
  const { at, goTo, advance } = useCursor({
    places,
    isDone: (place) => {
      const [target, cell] = place.split(" ");
      return ratingAt(target ?? "", cell ?? "") !== undefined;
    },
    active,
    onDone,
    keys: { previous: "ArrowUp", next: "ArrowDown" },
  });
  const [target = "", name = ""] = at?.split(" ") ?? [];
  const current = cells.find((cell) => cell.name === name);

  const rate = (to: Target, cell: string, rating: number | "na" | null) => {
    const { [cell]: _, ...others } = answer[to] ?? {};
    const row = rating === null ? others : { ...others, [cell]: rating };
    onChange({ ...answer, [to]: row });
    if (rating === null) goTo(`${to} ${cell}`);
    else advance(`${to} ${cell}`);
  };
  const across = (by: 1 | -1) => {
    const next = targets[targets.indexOf(target) + by];
    if (next !== undefined) goTo(`${next} ${name}`);
  };
  const group = "Verdict";
  const when = () => active && current !== undefined;
  useActions([
    ...Array.from({ length: 11 }, (_, rating) => ({
      id: `annotate.rate-${rating}`,
      label: t("Rate {{rating}}", { rating }),
      keys: [ratingKey(rating)],
      group,
      keyOnly: true,
      when: () => when() && current !== undefined && rating >= current.low && rating <= current.high,
      run: () => rate(target, name, rating),
    })),
    {
      id: "annotate.rate-na",
      label: t("Does not apply"),
      keys: ["-"],
      group,
      keyOnly: true,
      when: () => when() && question.na,
      run: () => rate(target, name, "na"),
    },
    {
      id: "annotate.unrate",
      label: t("Clear the rating"),
      keys: ["Backspace"],
      group,
      keyOnly: true,
      when,
      run: () => rate(target, name, null),
    },
    {
      id: "annotate.rate-right",
      label: t("The next text"),
      keys: ["ArrowRight"],
      group,
      keyOnly: true,
      when: () => when() && targets.length > 1,
      run: () => across(1),
    },
    {
      id: "annotate.rate-left",
      label: t("The text before"),
      keys: ["ArrowLeft"],
      group,
      keyOnly: true,
      when: () => when() && targets.length > 1,
      run: () => across(-1),
    },
  ]);

  return (
    <QuestionLine {...props}>
      <div className="min-w-0 flex-1">
        <div className="overflow-x-auto">
          <table className="border-separate border-spacing-x-4 border-spacing-y-0.5">
            {targets[0] !== ITEM && (
              <thead>
                <tr className="text-start text-sm text-muted">
                  <td />
                  {targets.map((each) => (
                    <th
                      key={each}
                      scope="col"
                      className={cx(
                        "text-start font-medium",
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
                <Row
                  key={cell.name}
                  cell={cell}
                  first={cell.group !== null && cells[index - 1]?.group !== cell.group}
                  targets={targets}
                  answer={answer}
                  na={question.na}
                  isCurrent={(each) => active && each === target && cell.name === name}
                  onRate={(each, rating) => rate(each, cell.name, rating)}
                  nameOf={(each) => (each === ITEM ? "" : targetName(item, each, t))}
                />
              ))}
            </tbody>
          </table>
        </div>
        {active && current && <Anchors cell={current} na={question.na} />}
      </div>
    </QuestionLine>
  );
}

interface RowProps {
  cell: Cell;
  /** The first criterion of its aspect, above which the aspect is named. */
  first: boolean;
  targets: readonly Target[];
  answer: RatingsAnswer;
  na: boolean;
  isCurrent: (target: Target) => boolean;
  onRate: (target: Target, rating: number | "na") => void;
  nameOf: (target: Target) => string;
}

function Row({ cell, first, targets, answer, na, isCurrent, onRate, nameOf }: RowProps) {
  const t = useT();
  const ratings: (number | "na")[] = Array.from(
    { length: cell.high - cell.low + 1 },
    (_, index) => cell.low + index,
  );
  if (na) ratings.push("na");
  const { group } = cell;
  return (
    <>
      {first && group && (
        <tr className="text-sm font-medium">
          <th scope="rowgroup" className="pt-1 text-start">
            {group.title}
          </th>
          {targets.map((target) => {
            const mean = meanOf(group, answer[target]);
            return (
              <td key={target} className="num pt-1 text-muted">
                {mean !== null && t("mean {{mean}}", { mean: mean.toFixed(1) })}
              </td>
            );
          })}
        </tr>
      )}
      <tr>
        <th
          scope="row"
          title={cell.description}
          className={cx("max-w-56 truncate text-start font-normal", group && "ps-4")}
        >
          {cell.title}
        </th>
        {targets.map((target) => (
          <td key={target}>
            <fieldset
              aria-label={[cell.title, nameOf(target)].filter(Boolean).join(", ")}
              className={cx(
                "inline-flex rounded-md p-0.5",
                isCurrent(target) && "shadow-[0_0_0_2px_var(--accent)]",
              )}
            >
              {ratings.map((rating) => (
                <RatingButton
                  key={rating}
                  rating={rating}
                  anchor={cell.anchors[String(rating)]}
                  chosen={answer[target]?.[cell.name] === rating}
                  onRate={() => onRate(target, rating)}
                />
              ))}
            </fieldset>
          </td>
        ))}
      </tr>
    </>
  );
}

interface ButtonProps {
  rating: number | "na";
  anchor: string | undefined;
  chosen: boolean;
  onRate: () => void;
}

function RatingButton({ rating, anchor, chosen, onRate }: ButtonProps) {
  const t = useT();
  const said =
    rating === "na" ? t("Does not apply") : [rating, anchor].filter((each) => each !== undefined).join(": ");
  return (
    <button
      type="button"
      aria-pressed={chosen}
      aria-label={String(said)}
      title={String(said)}
      onClick={(event) => {
        if (event.detail > 0) event.currentTarget.blur();
        onRate();
      }}
      className={cx(
        "num h-7 min-w-7 rounded-sm px-1 text-sm max-sm:h-10 max-sm:min-w-9",
        chosen
          ? "bg-accent-soft font-semibold text-accent-text shadow-[inset_0_0_0_1px_var(--accent)]"
          : "hover:bg-sunken",
      )}
    >
      {rating === "na" ? "–" : rating}
    </button>
  );
}

/** What the numbers of the row at hand stand for. */
function Anchors({ cell, na }: { cell: Cell; na: boolean }) {
  const t = useT();
  return (
    <p className="flex max-w-[90ch] flex-wrap items-center gap-x-3 gap-y-0.5 pt-1 text-sm text-muted">
      <span className="flex gap-1">
        <Kbd keys={`${ratingKey(cell.low)}…${ratingKey(cell.high)}`} />
        {na && <Kbd keys="-" />}
      </span>
      {cell.description && <span>{cell.description}</span>}
      {anchorsText(cell).map(([rating, words]) => (
        <span key={rating}>
          <span className="num font-medium text-fg">{rating}</span> {words}
        </span>
      ))}
      {na && <span>{t("– does not apply")}</span>}
    </p>
  );
}
