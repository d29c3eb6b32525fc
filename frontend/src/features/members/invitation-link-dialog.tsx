import { CopyButton, Dialog, Field, Input } from "@/components/ui";

export interface ShownInvitation {
  email: string;
  url: string;
}

/** The link is shown this once; a new one can always be made, which ends the old one. */
export function InvitationLinkDialog({
  shown,
  onClose,
}: {
  shown: ShownInvitation | null;
  onClose: () => void;
}) {
  return (
    <Dialog
      open={shown !== null}
      onOpenChange={(open) => !open && onClose()}
      title="Invitation link"
      description={`Send this link to ${shown?.email ?? "them"}. It works once and is not shown again; “New link” makes another.`}
    >
      <div className="flex items-end gap-2">
        <Field label="Link" required hideLabel className="flex-1">
          <Input
            readOnly
            value={shown?.url ?? ""}
            onFocus={(event) => event.target.select()}
            className="font-mono text-sm!"
          />
        </Field>
        <CopyButton text={shown?.url ?? ""} label="Copy link" />
      </div>
    </Dialog>
  );
}
