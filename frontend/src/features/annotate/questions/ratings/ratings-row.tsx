import { cx } from "@/lib/cx";
import { useT } from "@/lib/i18n";
import type { RatingsAnswer, Target } from "../types";
import { type Cell, meanOf } from "./cells";

interface Props {
  cell: Cell;
  /** The first criterion of its aspect, above which the aspect is named. */
  first: boolean;
  targets: readonly Target[];
  answer: RatingsAnswer;
  na: boolean;
  isCurrent: (target: Target) => boolean;
  onRate: (target: Target, rating: number | "na") => void;
  /** "" where there is one thing to rate. */
  nameOf: (target: Target) => string;
}

/** One aspect or criterion for every text. On a phone the texts stand below each other, each with its name. */
export function RatingsRow({ cell, first, targets, answer, na, isCurrent, onRate, nameOf }: Props) {
  const numbers = Array.from({ length: cell.high - cell.low + 1 }, (_, index) => cell.low + index);
  const ratings: (number | "na")[] = na ? [...numbers, "na"] : numbers;
  return (
    <>
      {first && <GroupRow cell={cell} targets={targets} answer={answer} nameOf={nameOf} />}
      <tr className="max-sm:flex max-sm:flex-col">
        <th
          scope="row"
          dir="auto"
          title={cell.description}
          className={cx(
            "sticky start-0 max-w-56 truncate bg-canvas text-start font-normal max-sm:max-w-full",
            cell.group && "ps-4",
          )}
        >
          {cell.title}
        </th>
        {targets.map((target) => (
          <td key={target} className="ps-3 max-sm:flex max-sm:items-center max-sm:ps-0">
            <span aria-hidden="true" className="w-14 shrink-0 text-sm text-muted sm:hidden">
              {nameOf(target)}
            </span>
            <fieldset
              aria-label={[cell.title, nameOf(target)].filter(Boolean).join(", ")}
              data-current={isCurrent(target) ? "" : undefined}
              className={cx(
                "inline-flex rounded-md p-0.5 max-sm:flex-wrap",
                isCurrent(target) && "bg-sunken shadow-[inset_0_0_0_2px_var(--accent)]",
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

function GroupRow({ cell, targets, answer, nameOf }: Pick<Props, "cell" | "targets" | "answer" | "nameOf">) {
  const t = useT();
  const { group } = cell;
  if (!group) return null;
  return (
    <tr className="text-sm max-sm:flex max-sm:gap-3">
      <th scope="rowgroup" dir="auto" title={group.description} className="pt-1 text-start font-medium">
        {group.title}
      </th>
      {targets.map((target) => {
        const mean = meanOf(group, answer[target]);
        return (
          <td key={target} className="num ps-4 pt-1 text-muted max-sm:ps-0">
            {mean !== null && (
              <>
                <span className="sm:hidden">{nameOf(target)} </span>
                {t("mean {{mean}}", { mean: mean.toFixed(1) })}
              </>
            )}
          </td>
        );
      })}
    </tr>
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
          : "text-muted hover:bg-sunken hover:text-fg",
      )}
    >
      {rating === "na" ? "–" : rating}
    </button>
  );
}
