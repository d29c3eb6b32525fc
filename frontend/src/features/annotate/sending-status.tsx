import { Button } from "@/components/ui";
import { cx } from "@/lib/cx";
import { useT } from "@/lib/i18n";
import type { Outbox, OutboxState } from "./outbox";
import type { OutboxEntry } from "./outbox-entry";

interface Props {
  outbox: Outbox;
  state: OutboxState;
}

/** Says honestly where the answers are: saved, or on their way and why. */
export function SendingStatus({ outbox, state }: Props) {
  const t = useT();
  return (
    <p role="status" className={cx("text-end text-sm", state.troubled ? "text-warn" : "text-faint")}>
      {statusText(state, t)}
      {state.troubled && (
        <Button size="sm" variant="ghost" className="ms-1" onClick={outbox.kick}>
          {t("Send now")}
        </Button>
      )}
    </p>
  );
}

interface RefusedProps extends Props {
  /** Brings the item of a refused answer back to the screen; true when it is there. */
  onReopen?: (entry: OutboxEntry) => Promise<boolean>;
}

/** Answers that the server refused for good, kept until the person has decided. Above the texts: the dock never moves. */
export function RefusedAnswers({ outbox, state, onReopen }: RefusedProps) {
  const t = useT();
  const reopen = async (entry: OutboxEntry) => {
    if (await onReopen?.(entry)) await outbox.dismiss(entry.id);
  };
  return state.refused.map((entry) => (
    <div
      key={entry.id}
      role="alert"
      className="flex flex-wrap items-center gap-2 border-b border-line bg-danger-soft px-4 py-1.5 text-danger"
    >
      <span className="min-w-0 flex-1">
        {t("One answer was not stored: {{reason}}", { reason: entry.refusal })}
      </span>
      {entry.reopenable && onReopen && (
        <Button size="sm" onClick={() => void reopen(entry)}>
          {t("Open the item again")}
        </Button>
      )}
      <Button size="sm" variant="ghost" onClick={() => void outbox.dismiss(entry.id)}>
        {entry.reopenable ? t("Drop the answer") : t("Understood")}
      </Button>
    </div>
  ));
}

export function statusText({ waiting, troubled, stranger }: OutboxState, t: ReturnType<typeof useT>): string {
  if (waiting === 0) return t("Saved · 0 waiting to send");
  if (stranger)
    return t("Somebody else is signed in now · {{count}} kept here until you are back", { count: waiting });
  if (troubled) return t("Cannot reach the server · {{count}} kept here, will be sent", { count: waiting });
  return t("Sending · {{count}} waiting", { count: waiting });
}
