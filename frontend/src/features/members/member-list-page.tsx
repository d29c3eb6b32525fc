import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useAction } from "@/actions";
import {
  ActionButton,
  Button,
  Confirm,
  DataTable,
  IconButton,
  Page,
  PagedRows,
  RelativeTime,
  Select,
  toast,
} from "@/components/ui";
import { api } from "@/lib/api/client";
import type { Member, Role } from "@/lib/api/types";
import { usePaged } from "@/lib/api/use-paged";
import { paths } from "@/lib/paths";
import { useCan, useMe, useProject } from "@/lib/session";
import { InvitationLinkDialog, type ShownInvitation } from "./invitation-link-dialog";
import { InviteDialog } from "./invite-dialog";
import { ROLES, roleLabel } from "./roles";

export function MemberListPage() {
  const project = useProject();
  const me = useMe();
  const canManage = useCan("member.manage");
  const client = useQueryClient();
  const key = ["members", project.id];
  const list = usePaged<Member>(key, `/api/projects/${project.id}/members/`);
  const [inviting, setInviting] = useState(false);
  const [shown, setShown] = useState<ShownInvitation | null>(null);
  const refresh = () => void client.invalidateQueries({ queryKey: key });

  const invite = useAction({
    id: "members.invite",
    label: "Invite someone",
    keys: ["n"],
    group: "Members",
    icon: "plus",
    when: () => canManage,
    run: () => setInviting(true),
  });
  const changeRole = useMutation({
    mutationFn: ({ id, role }: { id: number; role: Role }) =>
      api.patch<Member>(`/api/members/${id}/`, { role }),
    onSuccess: (member) =>
      toast.ok(`${member.user.name || member.user.email} is now ${roleLabel(member.role).toLowerCase()}.`),
    onError: (error) => toast.error(error),
    onSettled: refresh,
  });
  const remove = async (member: Member) => {
    try {
      await api.delete(`/api/members/${member.id}/`);
      toast.ok(`Removed ${member.user.email}.`);
    } catch (error) {
      toast.error(error);
    }
    refresh();
  };
  const newLink = useMutation({
    mutationFn: (member: Member) =>
      api.post<{ invitation_url: string }>(`/api/members/${member.id}/invitation/`),
    onSuccess: ({ invitation_url }, member) => setShown({ email: member.user.email, url: invitation_url }),
    onError: (error) => toast.error(error),
  });

  return (
    <Page
      title="Members"
      width="reading"
      trail={[{ label: project.name, to: paths.project(project.id) }]}
      actions={canManage && <ActionButton action={invite} variant="primary" />}
    >
      <PagedRows list={list}>
        <DataTable
          caption="Members of this project"
          rows={list.rows}
          rowKey={(member) => member.id}
          columns={[
            {
              key: "person",
              header: "Person",
              cell: ({ user }) => (
                <>
                  <span className="font-medium">{user.name || user.email}</span>
                  {user.id === me.id && <span className="text-muted"> (you)</span>}
                  {user.name && <span className="block text-sm text-muted">{user.email}</span>}
                </>
              ),
            },
            {
              key: "role",
              header: "Role",
              className: "w-40 min-w-36",
              cell: (member) =>
                canManage ? (
                  <Select
                    aria-label={`Role of ${member.user.email}`}
                    options={ROLES}
                    value={member.role}
                    onChange={(event) =>
                      changeRole.mutate({ id: member.id, role: event.target.value as Role })
                    }
                  />
                ) : (
                  roleLabel(member.role)
                ),
            },
            { key: "since", header: "Added", cell: (member) => <RelativeTime at={member.created_at} /> },
            ...(canManage
              ? [
                  {
                    key: "actions",
                    header: <span className="sr-only">Actions</span>,
                    className: "text-right whitespace-nowrap",
                    cell: (member: Member) =>
                      member.user.id !== me.id && (
                        <>
                          <Button
                            size="sm"
                            variant="ghost"
                            icon="link"
                            onClick={() => newLink.mutate(member)}
                          >
                            New link
                          </Button>
                          <Confirm
                            title={`Remove ${member.user.email}?`}
                            description="They lose access at once. Their votes stay, under their name."
                            confirm="Remove member"
                            onConfirm={() => remove(member)}
                            trigger={(ask) => (
                              <IconButton icon="trash" label={`Remove ${member.user.email}`} onClick={ask} />
                            )}
                          />
                        </>
                      ),
                  },
                ]
              : []),
          ]}
        />
      </PagedRows>
      <dl className="mt-8 max-w-[72ch] text-sm text-muted">
        {ROLES.map((role) => (
          <div key={role.value} className="flex gap-2 py-0.5">
            <dt className="w-20 shrink-0 font-medium text-fg">{role.label}</dt>
            <dd>{role.may}</dd>
          </div>
        ))}
      </dl>
      <InviteDialog
        open={inviting}
        onOpenChange={setInviting}
        projectId={project.id}
        onInvited={(member) => {
          refresh();
          setInviting(false);
          if (member.invitation_url) setShown({ email: member.user.email, url: member.invitation_url });
          else toast.ok(`${member.user.email} already had an account and is now a member.`);
        }}
      />
      <InvitationLinkDialog shown={shown} onClose={() => setShown(null)} />
    </Page>
  );
}
