import { useState } from "react";
import { useActions } from "@/actions";
import { Button, Dialog, Kbd, Textarea } from "@/components/ui";

const REASONS = [
  { key: "1", value: "cannot_judge", label: "I cannot judge this" },
  { key: "2", value: "broken", label: "It does not display properly" },
  { key: "3", value: "wrong_language", label: "It is in a language I do not read" },
  { key: "4", value: "upsetting", label: "I do not want to read this" },
] as const;

/** Asks why, with one key. Skipped items go back to the queue for somebody else. */
export function SkipDialog({
  open,
  onOpenChange,
  onSkip,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onSkip: (reason: string) => void;
}) {
  const [other, setOther] = useState("");
  const skip = (reason: string) => {
    onOpenChange(false);
    setOther("");
    onSkip(reason);
  };
  useActions(
    REASONS.map((reason) => ({
      id: `annotate.skip-${reason.value}`,
      label: `Skip: ${reason.label}`,
      keys: [reason.key],
      group: "Skipping",
      inDialog: true,
      keyOnly: true,
      when: () => open,
      run: () => skip(reason.value),
    })),
  );
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Skip this item"
      description="Somebody else will get it. Why do you skip it?"
      size="sm"
      footer={
        <Button variant="primary" disabled={!other.trim()} onClick={() => skip(other.trim())}>
          Skip for this reason
        </Button>
      }
    >
      <div className="flex flex-col gap-2">
        {REASONS.map((reason, index) => (
          <button
            key={reason.value}
            type="button"
            // Not the text field below: there the digits would be typed instead of choosing.
            data-first-focus={index === 0 ? "" : undefined}
            onClick={() => skip(reason.value)}
            className="flex items-center gap-3 rounded-md border border-line px-3 py-2 text-left hover:bg-sunken"
          >
            <Kbd keys={reason.key} />
            {reason.label}
          </button>
        ))}
        <label className="mt-2 text-muted" htmlFor="skip-other">
          Another reason
        </label>
        <Textarea
          id="skip-other"
          rows={2}
          maxLength={500}
          value={other}
          onChange={(event) => setOther(event.target.value)}
        />
      </div>
    </Dialog>
  );
}
