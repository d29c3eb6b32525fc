import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useAction } from "@/actions";
import {
  ActionButton,
  Async,
  Badge,
  Button,
  Confirm,
  CopyButton,
  DataTable,
  Dialog,
  EmptyState,
  Field,
  FormDialog,
  RelativeTime,
  Textarea,
  toast,
} from "@/components/ui";
import type { Campaign, CampaignAnnotator } from "@/lib/api/types";
import { refusedOf, unplaced, useFormChecks, useFormEdits } from "@/lib/checked-form";
import { countOf, formatCount, formatMs, NONE } from "@/lib/format";
import { useMe } from "@/lib/session";
import { addAnnotators, annotatorsQuery, removeAnnotator } from "./api";
import { parseEmails, refusedEmails } from "./emails";

export function AnnotatorsTab({ campaign, canManage }: { campaign: Campaign; canManage: boolean }) {
  const me = useMe();
  const client = useQueryClient();
  const query = useQuery(annotatorsQuery(campaign.id));
  const [inviting, setInviting] = useState(false);
  const refresh = () => client.invalidateQueries({ queryKey: ["campaign", campaign.id] });
  const remove = async (user: number) => {
    try {
      await removeAnnotator(campaign.id, user);
      await refresh();
    } catch (error) {
      toast.error(error);
    }
  };
  const invite = useAction({
    id: "campaign.invite",
    label: "Invite annotators",
    keys: ["i"],
    group: "Campaign",
    icon: "user",
    when: () => canManage,
    run: () => setInviting(true),
  });
  const addMyself = useMutation({
    mutationFn: () => addAnnotators(campaign.id, [me.email]),
    onSuccess: refresh,
    onError: toast.error,
  });

  return (
    <Async query={query}>
      {(page) => (
        <>
          {canManage && (
            <div className="mb-3 flex gap-2">
              <ActionButton action={invite} variant={page.results.length === 0 ? "primary" : "secondary"} />
              {!page.results.some((annotator) => annotator.user.id === me.id) && (
                <Button busy={addMyself.isPending} onClick={() => addMyself.mutate()}>
                  Add myself
                </Button>
              )}
            </div>
          )}
          {page.results.length === 0 ? (
            <EmptyState title="Nobody labels here yet">
              Invite people by email. New people get a one-time link by which they set a password.
            </EmptyState>
          ) : (
            <DataTable
              caption="Annotators of this campaign"
              rows={page.results}
              rowKey={(annotator) => annotator.user.id}
              columns={[
                {
                  key: "name",
                  header: "Annotator",
                  cell: ({ user, ...annotator }) => (
                    <span className="flex items-center gap-2">
                      <span>
                        {user.name || user.email}{" "}
                        <span className="text-muted">{user.name && user.email}</span>
                      </span>
                      {isSimulated(annotator) && <Badge>Simulated</Badge>}
                    </span>
                  ),
                },
                {
                  key: "n",
                  header: "Answers",
                  numeric: true,
                  cell: (annotator) => formatCount(annotator.feedback),
                },
                {
                  key: "time",
                  header: "Median time",
                  numeric: true,
                  cell: (annotator) => formatMs(annotator.median_active_ms),
                },
                {
                  key: "last",
                  header: "Last answer",
                  cell: (annotator) => (annotator.last_at ? <RelativeTime at={annotator.last_at} /> : NONE),
                },
                {
                  key: "actions",
                  header: <span className="sr-only">Actions</span>,
                  numeric: true,
                  cell: ({ user }) =>
                    canManage && (
                      <Confirm
                        trigger={(ask) => (
                          <Button size="sm" variant="ghost" onClick={ask}>
                            Remove
                          </Button>
                        )}
                        title={`Remove ${user.name || user.email} from this campaign?`}
                        description="They get no further items here. Answers they have given are kept."
                        confirm="Remove annotator"
                        onConfirm={() => remove(user.id)}
                      />
                    ),
                },
              ]}
            />
          )}
          <InviteDialog open={inviting} onOpenChange={setInviting} campaign={campaign} onInvited={refresh} />
        </>
      )}
    </Async>
  );
}

function isSimulated(annotator: object): boolean {
  return "is_simulated" in annotator && annotator.is_simulated === true;
}

const FORM = "invite-form";

interface InviteProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  campaign: Campaign;
  onInvited: () => void;
}

function InviteDialog({ open, onOpenChange, campaign, onInvited }: InviteProps) {
  const { form, edit, changed, settle } = useFormEdits({ text: "" });
  const [links, setLinks] = useState<CampaignAnnotator[] | null>(null);
  const { emails, wrong: unlike } = parseEmails(form.text);
  const invite = useMutation({
    mutationFn: () => addAnnotators(campaign.id, emails),
    onSuccess: (page) => {
      onInvited();
      const invited = page.results.filter((each) => each.invitation_url && emails.includes(each.user.email));
      setLinks(invited);
      edit({ text: "" });
      if (invited.length === 0) close(false);
    },
    onError: settle,
  });
  const close = (next: boolean) => {
    if (!next) setLinks(null);
    onOpenChange(next);
  };
  const refused = refusedEmails(refusedOf(invite.error, {}), emails);
  const { wrong, submit } = useFormChecks({
    id: FORM,
    changed,
    problems: () => ({}),
    error: invite.error,
    refused,
    send: () => invite.mutate(),
  });

  if (links && links.length > 0) {
    return (
      <Dialog
        open={open}
        onOpenChange={close}
        title="Invitation links"
        description="Send each person their link. It works once and is not shown again."
        footer={
          <Button variant="primary" onClick={() => close(false)}>
            Done
          </Button>
        }
      >
        <ul className="flex flex-col gap-2">
          {links.map((each) => (
            <li key={each.user.id} className="flex items-center gap-3 border-b border-line pb-2">
              <span className="min-w-0 flex-1">
                <span className="block font-medium">{each.user.email}</span>
                <span className="block truncate font-mono text-sm text-muted">{each.invitation_url}</span>
              </span>
              <CopyButton text={each.invitation_url ?? ""} label="Copy link" />
            </li>
          ))}
        </ul>
      </Dialog>
    );
  }
  return (
    <FormDialog
      open={open}
      id={FORM}
      onClose={() => close(false)}
      title="Invite annotators"
      description="People who have no account get one, and a link by which they set a password."
      submit={emails.length > 0 ? `Invite ${countOf(emails.length, "person", "people")}` : "Invite"}
      mutation={invite}
      refusal={unplaced(invite.error, refused, /^text$/)}
      disabled={emails.length === 0}
      onSubmit={submit}
    >
      <Field
        label="Email addresses"
        required
        hint="One per line."
        error={
          wrong("text") ?? (unlike.length > 0 ? `Not an email address: ${unlike.join(", ")}` : undefined)
        }
      >
        <Textarea rows={4} value={form.text} onChange={(event) => edit({ text: event.target.value })} />
      </Field>
    </FormDialog>
  );
}
