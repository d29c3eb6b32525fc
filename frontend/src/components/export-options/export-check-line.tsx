import { Button, Icon } from "@/components/ui";
import { messageOf } from "@/lib/api/errors";
import { cx } from "@/lib/cx";
import { useDebounced } from "@/lib/use-debounced";
import { checkWords } from "./check-words";
import type { useExportCheck } from "./use-export-check";

const UNMET_MS = 500;

interface Props {
  check: ReturnType<typeof useExportCheck>;
  /** Columns that a loss is about. */
  needed?: readonly string[];
  /** What has to be chosen before anything can be counted. */
  unmet?: string;
  /** Why nothing can start, once somebody tried. */
  problem?: string;
}

/** One line that says how much of a snapshot can be used, before anything is written. */
export function ExportCheckLine({ check, needed, unmet, problem }: Props) {
  // What there is to choose from comes a moment after the form.
  const lacking = useDebounced(unmet, UNMET_MS) && unmet;
  if (problem) {
    return (
      <p role="alert" className="flex max-w-[72ch] items-start gap-1.5 text-danger">
        <Icon name="warning" className="mt-0.5 shrink-0" />
        <span>{problem}</span>
      </p>
    );
  }
  const counted = check.isWanted && !check.error && check.shown ? checkWords(check.shown, needed) : null;
  const words = lacking ? { text: lacking, warns: true } : counted;
  const isCounting = check.isWanted && !check.error && !check.shown;
  return (
    <div className="flex max-w-[72ch] flex-wrap items-center gap-x-3 gap-y-1">
      <p
        aria-live="polite"
        aria-busy={check.isWanted && check.isStale}
        className={cx("num flex items-start gap-1.5", words?.warns ? "text-warn" : "text-muted")}
      >
        {words?.warns && <Icon name="warning" className="mt-0.5 shrink-0" />}
        {words && (
          <span>
            {words.text}
            {counted && check.isStale && (
              <span aria-hidden="true" className="appear-late">
                {" "}
                Counting again…
              </span>
            )}
          </span>
        )}
        {isCounting && <span className="appear-late">Counting what can be used…</span>}
        {check.isWanted && check.error && (
          <span>What can be used could not be counted. {messageOf(check.error)}</span>
        )}
      </p>
      {check.isWanted && check.error && (
        <Button size="sm" variant="ghost" icon="retry" onClick={check.retry}>
          Try again
        </Button>
      )}
    </div>
  );
}
