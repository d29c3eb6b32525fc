import { useId } from "react";
import { useT } from "@/lib/i18n";
import { useSideNames } from "./side-names";

interface Props {
  responses: number;
  pair: [number, number];
  onPair: (pair: [number, number]) => void;
}

/** Chooses which two of several responses are compared. */
export function DiffBar({ responses, pair, onPair }: Props) {
  const t = useT();
  const id = useId();
  const [one, two] = pair;
  const choose = (side: 0 | 1, index: number) => {
    const other = side === 0 ? two : one;
    // Choosing the same response twice swaps the two.
    const rest = index === other ? (side === 0 ? one : two) : other;
    onPair(side === 0 ? [index, rest] : [rest, index]);
  };
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-1 text-sm">
      <span id={id} className="text-muted">
        {t("Differences between")}
      </span>
      <Choice labelledBy={id} responses={responses} value={one} onChange={(index) => choose(0, index)} />
      <span className="text-muted">{t("and")}</span>
      <Choice labelledBy={id} responses={responses} value={two} onChange={(index) => choose(1, index)} />
    </div>
  );
}

function Choice({
  labelledBy,
  responses,
  value,
  onChange,
}: {
  labelledBy: string;
  responses: number;
  value: number;
  onChange: (index: number) => void;
}) {
  const names = useSideNames();
  return (
    <select
      aria-labelledby={labelledBy}
      value={value}
      onChange={(event) => onChange(Number(event.target.value))}
      className="h-7 rounded-md border border-control bg-canvas px-1.5"
    >
      {Array.from({ length: responses }, (_, index) => (
        <option key={names.full(index)} value={index}>
          {names.short(index)}
        </option>
      ))}
    </select>
  );
}
