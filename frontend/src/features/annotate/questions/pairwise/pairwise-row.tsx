import { cx } from "@/lib/cx";
import { useT } from "@/lib/i18n";
import { KeyOf } from "../key-of";
import type { PairwiseQuestion } from "../types";
import type { TableRow } from "./table";
import { type Choice, halfOf, wordsFor } from "./verdict";

interface Props {
  row: TableRow;
  steps: PairwiseQuestion["steps"];
  choices: readonly Choice[];
  chosen: Choice["position"] | null;
  active: boolean;
  onChoose: (position: Choice["position"]) => void;
}

/** One comparison of many: small buttons in columns that all rows share, named once above the first. */
export function PairwiseRow({ row, steps, choices, chosen, active, onChoose }: Props) {
  const t = useT();
  const half = halfOf(steps);
  const positions: Choice["position"][] = Array.from({ length: steps }, (_, index) => index - half);
  const columns = positions.filter((position) => position !== 0 || row.tie);
  if (row.bothBad) columns.push("both_bad");
  return (
    <div
      className="grid min-w-0 flex-1 gap-x-1 text-center sm:max-w-[720px]"
      style={{ gridTemplateColumns: `repeat(${columns.length}, minmax(0, 1fr))` }}
    >
      {row.head && <PhoneHead steps={steps} columns={columns} />}
      {row.head &&
        columns.map((position) => (
          <span
            key={position}
            aria-hidden="true"
            className="self-end pb-1 text-xs leading-tight text-muted max-sm:hidden"
          >
            {t(wordsFor(position, steps).label)}
          </span>
        ))}
      {columns.map((position) => {
        const choice = choices.find((each) => each.position === position);
        // A row without a tie has a gap there: the rest stays where fingers and eyes know it.
        if (!choice) return <span key={position} />;
        return (
          <Cell
            key={position}
            choice={choice}
            chosen={chosen === position}
            active={active}
            onChoose={() => onChoose(position)}
          />
        );
      })}
    </div>
  );
}

/** A phone has no room for the name of every column: the sides, the middle and the end are named. */
function PhoneHead({ steps, columns }: { steps: Props["steps"]; columns: Choice["position"][] }) {
  const t = useT();
  const half = halfOf(steps);
  const wide = { gridColumn: `span ${half}` };
  const looks = "self-end pb-1 text-xs leading-tight text-muted sm:hidden";
  return (
    <>
      <span aria-hidden="true" className={looks} style={wide}>
        {t("First better")}
      </span>
      {columns.includes(0) && (
        <span aria-hidden="true" className={looks}>
          {t("Same")}
        </span>
      )}
      <span aria-hidden="true" className={looks} style={wide}>
        {t("Second better")}
      </span>
      {columns.includes("both_bad") && (
        <span aria-hidden="true" className={looks}>
          {t("Both are bad")}
        </span>
      )}
    </>
  );
}

interface CellProps {
  choice: Choice;
  chosen: boolean;
  active: boolean;
  onChoose: () => void;
}

function Cell({ choice, chosen, active, onChoose }: CellProps) {
  const t = useT();
  return (
    <button
      type="button"
      aria-pressed={chosen}
      aria-label={t(choice.description)}
      title={t(choice.description)}
      aria-keyshortcuts={active ? choice.key : undefined}
      onClick={(event) => {
        if (event.detail > 0) event.currentTarget.blur();
        onChoose();
      }}
      className={cx(
        "inline-flex h-7 min-w-0 items-center justify-center rounded-md border max-sm:h-10",
        chosen
          ? "border-accent bg-accent-soft text-accent-text shadow-[inset_0_0_0_1px_var(--accent)]"
          : "border-control/60 bg-raised hover:bg-sunken",
      )}
    >
      {chosen ? (
        <span aria-hidden="true">✓</span>
      ) : (
        active && <KeyOf id={`annotate.choose-${choice.key}`} keys={choice.key} />
      )}
    </button>
  );
}
