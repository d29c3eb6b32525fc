import { cx } from "@/lib/cx";
import { formatCount } from "@/lib/format";

interface Choice<T extends string> {
  value: T;
  label: string;
  count?: number;
}

/** A few groups, perhaps with their sizes, of which one is shown. */
export function ChoiceBar<T extends string>({
  label,
  value,
  choices,
  onChange,
}: {
  label: string;
  value: T;
  choices: readonly Choice<T>[];
  onChange: (value: T) => void;
}) {
  return (
    <fieldset className="mb-3 flex flex-wrap gap-1">
      <legend className="sr-only">{label}</legend>
      {choices.map((choice) => (
        <button
          key={choice.value}
          type="button"
          aria-pressed={choice.value === value}
          onClick={() => onChange(choice.value)}
          className={cx(
            "inline-flex h-8 items-center gap-2 rounded-md border px-3",
            choice.value === value
              ? "border-accent bg-accent-soft font-medium text-accent-text"
              : "border-control/60 text-muted hover:bg-sunken hover:text-fg",
          )}
        >
          {choice.label}
          {choice.count !== undefined && <span className="num">{formatCount(choice.count)}</span>}
        </button>
      ))}
    </fieldset>
  );
}
