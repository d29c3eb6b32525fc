import { useT } from "@/lib/i18n";
import { ReasonDialog, ReasonNote, SendButton, useNote } from "./reason-choice";

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onSkip: (reason: string) => void;
}

/** Asks why, with one key. Skipped items go back to the queue for somebody else. */
export default function SkipDialog({ open, onOpenChange, onSkip }: Props) {
  const t = useT();
  const { note, setNote, reset } = useNote();
  const skip = (reason: string) => {
    onOpenChange(false);
    reset();
    onSkip(reason);
  };
  const other = note.trim();
  return (
    <ReasonDialog
      open={open}
      onOpenChange={onOpenChange}
      title={t("Skip this item")}
      description={t("Somebody else will get it. Why do you skip it?")}
      group={t("Skipping")}
      id="annotate.skip"
      reasons={[
        { value: "cannot_judge", label: t("I cannot judge this") },
        { value: "broken", label: t("It does not display properly") },
        { value: "wrong_language", label: t("It is in a language I do not read") },
        { value: "upsetting", label: t("I do not want to read this") },
      ]}
      choice={null}
      onChoose={skip}
      note={
        <ReasonNote
          label={t("Another reason")}
          value={note}
          maxLength={500}
          onChange={setNote}
          onSend={() => other && skip(other)}
        />
      }
      footer={<SendButton label={t("Skip for this reason")} disabled={!other} onClick={() => skip(other)} />}
    />
  );
}
