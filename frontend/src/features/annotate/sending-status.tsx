import { Button } from "@/components/ui";
import type { Outbox, OutboxState } from "./outbox";

/** Says honestly where the answers are: saved, on their way, or refused and why. */
export function SendingStatus({ outbox, state }: { outbox: Outbox; state: OutboxState }) {
  return (
    <div className="flex flex-col items-end gap-1 text-sm">
      <p role="status" className={state.troubled ? "text-warn" : "text-faint"}>
        {statusText(state)}
        {state.troubled && (
          <Button size="sm" variant="ghost" className="ml-1" onClick={outbox.kick}>
            Send now
          </Button>
        )}
      </p>
      {state.refused.map((entry) => (
        <p key={entry.id} role="alert" className="flex max-w-[60ch] items-center gap-2 text-danger">
          One answer was not stored: {entry.refusal}
          <Button size="sm" onClick={() => void outbox.dismiss(entry.id)}>
            Understood
          </Button>
        </p>
      ))}
    </div>
  );
}

export function statusText({ waiting, troubled }: OutboxState): string {
  if (waiting === 0) return "Saved · 0 waiting to send";
  if (troubled) return `Cannot reach the server · ${waiting} kept here, will be sent`;
  return `Sending · ${waiting} waiting`;
}
