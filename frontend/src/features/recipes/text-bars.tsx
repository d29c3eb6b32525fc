import { Icon } from "@/components/ui";
import type { RecipeStep } from "@/lib/api/types";
import { cx } from "@/lib/cx";
import { formatCount } from "@/lib/format";
import type { ValueCount } from "@/lib/recipes/measures";
import { toggled, valuesOf } from "./cards/values-field";

interface Props {
  title: string;
  values: ValueCount[];
  step: RecipeStep;
  readOnly: boolean;
  onEdit: (patch: Partial<RecipeStep>) => void;
}

/** How often each value of a text occurs; a press on one puts it on the step's list, or takes it off. */
export function TextBars({ title, values, step, readOnly, onEdit }: Props) {
  const { way, values: listed } = valuesOf(step);
  const widest = Math.max(1, ...values.map((each) => each.count));
  const isKept = (value: string) => listed.length === 0 || listed.includes(value) === (way === "one_of");
  const toggle = (value: string) => onEdit({ [way]: toggled(listed, value) });
  return (
    <figure className="min-w-0">
      <figcaption className="mb-1 flex min-h-7 items-center gap-3">
        <span className="font-medium">{title}</span>
        <span className="text-sm text-muted">
          {listed.length === 0
            ? "press the values to keep"
            : way === "one_of"
              ? "ticked values are kept"
              : "crossed values are left out"}
        </span>
      </figcaption>
      <ul className="max-h-64 overflow-y-auto">
        {values.map(({ value, count }) =>
          value === null ? (
            <li key="none" className="flex items-center gap-2 py-0.5 pl-6 text-muted">
              <span className="w-40 truncate">No value</span>
              <Bar count={count} widest={widest} kept={false} />
            </li>
          ) : (
            <li key={value}>
              <button
                type="button"
                disabled={readOnly}
                aria-pressed={listed.includes(value)}
                onClick={() => toggle(value)}
                className="flex w-full items-center gap-2 rounded-sm py-0.5 text-left hover:bg-subtle"
              >
                <span className="inline-flex w-4 text-muted">
                  {listed.includes(value) && <Icon name={way === "one_of" ? "check" : "close"} />}
                </span>
                <span className={cx("w-40 truncate", !isKept(value) && "text-muted")} title={value}>
                  {value || "(empty)"}
                </span>
                <Bar count={count} widest={widest} kept={isKept(value)} />
              </button>
            </li>
          ),
        )}
      </ul>
    </figure>
  );
}

function Bar({ count, widest, kept }: { count: number; widest: number; kept: boolean }) {
  return (
    <>
      <span aria-hidden="true" className="h-4 min-w-0 flex-1 rounded-sm bg-sunken">
        <span
          className={cx("block h-4 rounded-sm bg-(--chart-2)", !kept && "opacity-30")}
          style={{ width: `${(count / widest) * 100}%` }}
        />
      </span>
      <span className="num w-16 text-right">{formatCount(count)}</span>
    </>
  );
}
