import { type ReactNode, useId } from "react";
import { Problem } from "@/components/schema-form";
import { cx } from "@/lib/cx";

export interface CardOption {
  value: string;
  title: ReactNode;
  text?: ReactNode;
  note?: ReactNode;
}

/** One of several things that need a sentence each; arrows move between them. */
export function ChoiceCards({
  legend,
  options,
  value,
  problem,
  onChange,
}: {
  legend: string;
  options: CardOption[];
  value: string;
  problem?: string;
  onChange: (value: string) => void;
}) {
  const name = useId();
  return (
    <fieldset>
      <legend className="sr-only">{legend}</legend>
      <div className="grid gap-px overflow-hidden rounded-md border border-line bg-(--line) sm:grid-cols-2">
        {options.map((option) => {
          const isChosen = option.value === value;
          return (
            <label
              key={option.value}
              className={cx(
                "flex cursor-pointer items-start gap-2.5 bg-canvas p-3 hover:bg-subtle",
                "has-[:focus-visible]:outline-2 has-[:focus-visible]:-outline-offset-2 has-[:focus-visible]:outline-(--focus)",
                isChosen && "bg-accent-soft!",
              )}
            >
              <input
                type="radio"
                name={name}
                checked={isChosen}
                onChange={() => onChange(option.value)}
                className="mt-0.5 size-4 shrink-0 accent-[var(--accent)]"
              />
              <span className="min-w-0">
                <span className="font-medium">{option.title}</span>
                {option.text && <span className="block text-sm text-muted">{option.text}</span>}
                {option.note && <span className="mt-1 block text-xs text-muted">{option.note}</span>}
              </span>
            </label>
          );
        })}
        {/* An odd one out leaves no hole. */}
        {options.length % 2 === 1 && <span className="bg-canvas max-sm:hidden" />}
      </div>
      <Problem text={problem} />
    </fieldset>
  );
}
