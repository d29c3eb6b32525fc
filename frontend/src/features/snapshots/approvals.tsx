import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import {
  Badge,
  Button,
  Confirm,
  Field,
  FormDialog,
  Icon,
  RelativeTime,
  Textarea,
  toast,
} from "@/components/ui";
import { fieldError } from "@/lib/api/errors";
import type { Snapshot, SnapshotApproval } from "@/lib/api/types";
import { countOf } from "@/lib/format";
import { useCan, useMe, useProject } from "@/lib/session";
import { approve, snapshotQuery, withdrawApproval } from "./api";

const nameOf = ({ approved_by }: SnapshotApproval) => approved_by.name || approved_by.email;

/** For lists: says nothing where nobody has approved. */
export function ApprovalBadge({ approvals }: { approvals: SnapshotApproval[] }) {
  const [only, ...others] = approvals;
  if (!only) return null;
  return (
    <span title={approvals.map(nameOf).join(", ")}>
      <Badge tone="ok" icon="check">
        Approved by {others.length === 0 ? nameOf(only) : countOf(approvals.length, "person", "people")}
      </Badge>
    </span>
  );
}

/** Who stands by what is in a snapshot, and the way to do so. */
export function Approvals({ snapshot }: { snapshot: Snapshot }) {
  const me = useMe();
  const canApprove = useCan("snapshot.manage");
  const [asking, setAsking] = useState(false);
  const mine = snapshot.approvals.find((each) => each.approved_by.id === me.id);
  return (
    <section aria-label="Approvals" className="flex flex-wrap items-start gap-x-4 gap-y-1 py-3">
      {snapshot.approvals.length === 0 ? (
        <p className="min-w-0 flex-1 py-1 text-muted">Nobody has approved this snapshot yet.</p>
      ) : (
        <ul className="min-w-0 flex-1">
          {snapshot.approvals.map((each) => (
            <li key={each.approved_by.id} className="flex items-start gap-2 py-1">
              <Icon name="check" className="mt-1 shrink-0 text-ok" />
              <p className="min-w-0 break-words">
                Approved by <span className="font-medium">{nameOf(each)}</span>{" "}
                <span className="text-muted">
                  <RelativeTime at={each.created_at} />
                </span>
                {each.note && <span dir="auto">: {each.note}</span>}
              </p>
            </li>
          ))}
        </ul>
      )}
      {canApprove && (
        <div className="flex gap-2">
          <Button size="sm" icon={mine ? "edit" : "check"} onClick={() => setAsking(true)}>
            {mine ? "Change note" : "Approve"}
          </Button>
          {mine && <Withdraw snapshot={snapshot} />}
        </div>
      )}
      {asking && (
        <ApproveDialog snapshot={snapshot} note={mine?.note ?? ""} onClose={() => setAsking(false)} />
      )}
    </section>
  );
}

function Withdraw({ snapshot }: { snapshot: Snapshot }) {
  const project = useProject();
  const client = useQueryClient();
  const withdraw = useMutation({
    mutationFn: () => withdrawApproval(snapshot.id),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: snapshotQuery(snapshot.id).queryKey, exact: true }),
        client.invalidateQueries({ queryKey: ["snapshots", project.id] }),
      ]),
    onError: toast.error,
  });
  return (
    <Confirm
      title="Withdraw your approval?"
      description="Your name and note are taken from this snapshot. Its pairs stay as they are."
      confirm="Withdraw approval"
      onConfirm={() => withdraw.mutateAsync().catch(() => undefined)}
      trigger={(ask) => (
        <Button size="sm" variant="ghost" onClick={ask}>
          Withdraw
        </Button>
      )}
    />
  );
}

function ApproveDialog({
  snapshot,
  note,
  onClose,
}: {
  snapshot: Snapshot;
  note: string;
  onClose: () => void;
}) {
  const project = useProject();
  const client = useQueryClient();
  const [text, setText] = useState(note);
  const save = useMutation({
    mutationFn: () => approve(snapshot.id, text.trim()),
    onSuccess: (changed) => {
      client.setQueryData(snapshotQuery(snapshot.id).queryKey, changed);
      void client.invalidateQueries({ queryKey: ["snapshots", project.id] });
      onClose();
    },
  });
  return (
    <FormDialog
      onClose={onClose}
      title="Approve this snapshot"
      description="Your name, the time and your note stand beside it, for whoever trains on it. Its pairs stay as they are."
      submit="Approve"
      mutation={save}
      onSubmit={() => save.mutate()}
    >
      <Field
        label="Note"
        hint="What you looked at, and what you would still change."
        error={fieldError(save.error, "note")}
      >
        <Textarea maxLength={500} dir="auto" value={text} onChange={(event) => setText(event.target.value)} />
      </Field>
    </FormDialog>
  );
}
