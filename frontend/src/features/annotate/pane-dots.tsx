import { cx } from "@/lib/cx";
import { useT } from "@/lib/i18n";
import { useSideNames } from "./side-names";

interface Props {
  /** Indices of the responses that can be swiped to. */
  responses: number[];
  /** Place within `responses`; −1 counts as the first. */
  current: number;
  onGo: (at: number) => void;
}

/** On a phone: which pane is in sight, and a way to the others without swiping. */
export function PaneDots({ responses, current, onGo }: Props) {
  const t = useT();
  const names = useSideNames();
  if (responses.length < 2) return null;
  const at = Math.max(0, current);
  return (
    <nav aria-label={t("Responses")} className="flex justify-center border-t border-line sm:hidden">
      {responses.map((index, place) => (
        <button
          key={index}
          type="button"
          aria-label={names.full(index)}
          aria-current={place === at ? "true" : undefined}
          onClick={() => onGo(place)}
          className="flex h-8 min-w-11 items-center justify-center gap-1.5 text-xs text-muted"
        >
          <span
            aria-hidden="true"
            className={cx("size-2 rounded-full", place === at ? "bg-fg" : "border border-control")}
          />
          {place === at && names.short(index)}
        </button>
      ))}
    </nav>
  );
}
