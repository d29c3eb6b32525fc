import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Field, FormDialog, Input, Select } from "@/components/ui";
import { api } from "@/lib/api/client";
import { fieldError } from "@/lib/api/errors";
import type { Member, Role } from "@/lib/api/types";
import { ROLES } from "./roles";

interface InviteDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  projectId: number;
  onInvited: (member: Member) => void;
}

export function InviteDialog({ open, onOpenChange, projectId, onInvited }: InviteDialogProps) {
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("annotator");
  const invite = useMutation({
    mutationFn: () => api.post<Member>(`/api/projects/${projectId}/members/`, { email, role, name }),
    onSuccess: (member) => {
      setEmail("");
      setName("");
      onInvited(member);
    },
  });
  return (
    <FormDialog
      open={open}
      onClose={() => onOpenChange(false)}
      title="Invite someone"
      description="You get a link to hand over; Plumbline sends no mail."
      submit="Create invitation link"
      mutation={invite}
      onSubmit={() => invite.mutate()}
    >
      <Field label="Email" required error={fieldError(invite.error, "email")}>
        <Input
          type="email"
          value={email}
          onChange={(event) => setEmail(event.target.value)}
          autoComplete="off"
        />
      </Field>
      <Field label="Name" error={fieldError(invite.error, "name")}>
        <Input
          value={name}
          onChange={(event) => setName(event.target.value)}
          maxLength={120}
          autoComplete="off"
        />
      </Field>
      <Field
        label="Role"
        required
        hint={`${ROLES.find((each) => each.value === role)?.label}: ${ROLES.find((each) => each.value === role)?.may}.`}
        error={fieldError(invite.error, "role")}
      >
        <Select options={ROLES} value={role} onChange={(event) => setRole(event.target.value as Role)} />
      </Field>
    </FormDialog>
  );
}
