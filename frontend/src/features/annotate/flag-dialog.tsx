import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { toast } from "@/components/ui";
import { messageOf } from "@/lib/api/errors";
import { useT } from "@/lib/i18n";
import { flagItem } from "./api";
import { ReasonDialog, ReasonNote, SendButton, useNote } from "./reason-choice";

interface Props {
  lease: number | null;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Tells the people who run the campaign that something is wrong with the item. It can still be answered. */
export default function FlagDialog({ lease, open, onOpenChange }: Props) {
  const t = useT();
  const [reason, setReason] = useState<string | null>(null);
  const { note, setNote, reset } = useNote();
  const send = useMutation({
    mutationFn: (body: { reason: string; note: string }) => flagItem(lease ?? 0, body),
    onSuccess: () => {
      close();
      toast.ok(t("Flagged. You can still answer or skip this item."));
    },
  });
  const close = () => {
    onOpenChange(false);
    setReason(null);
    reset();
    send.reset();
  };
  const flag = () => reason && send.mutate({ reason, note: note.trim() });
  return (
    <ReasonDialog
      open={open}
      onOpenChange={(next) => (next ? onOpenChange(true) : close())}
      title={t("Flag this item")}
      description={t("The people who run this campaign will look at it. What is wrong?")}
      group={t("Flagging")}
      id="annotate.flag"
      reasons={[
        { value: "broken", label: t("It is broken or unreadable") },
        { value: "unsafe", label: t("It is unsafe") },
        { value: "leaks_identity", label: t("It says which model wrote it") },
        { value: "wrong_prompt", label: t("It answers another prompt") },
        { value: "wrong_language", label: t("It is in the wrong language") },
        { value: "upsetting", label: t("It is upsetting") },
        { value: "cannot_judge", label: t("It cannot be judged") },
        { value: "other", label: t("Something else") },
      ]}
      choice={reason}
      onChoose={setReason}
      note={
        <ReasonNote
          label={t("Note (optional)")}
          value={note}
          maxLength={2000}
          onChange={setNote}
          onSend={flag}
        />
      }
      error={send.error && messageOf(send.error)}
      footer={
        <SendButton
          label={t("Flag")}
          disabled={!reason}
          chosen={reason}
          busy={send.isPending}
          onClick={flag}
        />
      }
    />
  );
}
