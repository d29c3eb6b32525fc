import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import {
  Badge,
  Button,
  Confirm,
  CopyButton,
  DataTable,
  Dialog,
  ErrorState,
  Field,
  FormError,
  Input,
  RelativeTime,
  Section,
  Select,
  Skeleton,
  toast,
} from "@/components/ui";
import { api } from "@/lib/api/client";
import { fieldError, messageOf } from "@/lib/api/errors";
import type { ApiToken } from "@/lib/api/types";
import { usePaged } from "@/lib/api/use-paged";

const PATH = "/api/me/tokens/";
const KEY = ["tokens"];

export function Tokens() {
  const client = useQueryClient();
  const list = usePaged<ApiToken>(KEY, PATH);
  const [creating, setCreating] = useState(false);
  const [created, setCreated] = useState<ApiToken | null>(null);
  const refresh = () => void client.invalidateQueries({ queryKey: KEY });
  const revoke = async (token: ApiToken) => {
    try {
      await api.delete(`${PATH}${token.token_key}/`);
      toast.ok(`Revoked ${token.name}.`);
    } catch (error) {
      toast.error(error);
    }
    refresh();
  };
  return (
    <Section
      title="API tokens"
      actions={
        <Button size="sm" icon="plus" onClick={() => setCreating(true)}>
          Create token
        </Button>
      }
    >
      <p className="mb-3 text-muted">
        For scripts and notebooks. A token may do what you may; send it as{" "}
        <code className="font-mono text-sm">Authorization: Bearer …</code>
      </p>
      {list.error ? (
        <ErrorState error={list.error} onRetry={list.refetch} />
      ) : list.isPending ? (
        <Skeleton lines={2} />
      ) : list.rows.length === 0 ? (
        <p className="border-t border-line py-3 text-muted">You have no token.</p>
      ) : (
        <DataTable
          caption="Your API tokens"
          rows={list.rows}
          rowKey={(token) => token.token_key}
          columns={[
            {
              key: "name",
              header: "Name",
              cell: (token) => (
                <>
                  <span className="font-medium">{token.name}</span>{" "}
                  <code className="font-mono text-xs text-faint">{token.token_key}…</code>
                </>
              ),
            },
            {
              key: "scope",
              header: "May",
              cell: (token) => <Badge>{token.scope === "read" ? "Read only" : "Read and write"}</Badge>,
            },
            { key: "created", header: "Created", cell: (token) => <RelativeTime at={token.created} /> },
            { key: "expiry", header: "Expires", cell: (token) => <RelativeTime at={token.expiry} /> },
            {
              key: "revoke",
              header: <span className="sr-only">Revoke</span>,
              className: "text-right",
              cell: (token) => (
                <Confirm
                  title={`Revoke ${token.name}?`}
                  description="Whatever uses this token stops working at once."
                  confirm="Revoke token"
                  onConfirm={() => revoke(token)}
                  trigger={(ask) => (
                    <Button size="sm" variant="ghost" onClick={ask}>
                      Revoke
                    </Button>
                  )}
                />
              ),
            },
          ]}
        />
      )}
      <CreateDialog
        open={creating}
        onOpenChange={setCreating}
        onCreated={(token) => {
          setCreating(false);
          setCreated(token);
          refresh();
        }}
      />
      <Dialog
        open={created !== null}
        onOpenChange={(open) => !open && setCreated(null)}
        title={`Token ${created?.name ?? ""}`}
        description="Copy it now: it is stored only as a hash and cannot be shown again."
      >
        <div className="flex items-end gap-2">
          <Field label="Token" required hideLabel className="flex-1">
            <Input
              readOnly
              value={created?.token ?? ""}
              onFocus={(event) => event.target.select()}
              className="font-mono text-sm!"
            />
          </Field>
          <CopyButton text={created?.token ?? ""} label="Copy token" />
        </div>
      </Dialog>
    </Section>
  );
}

function CreateDialog({
  open,
  onOpenChange,
  onCreated,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onCreated: (token: ApiToken) => void;
}) {
  const form = useId();
  const [name, setName] = useState("");
  const [scope, setScope] = useState<ApiToken["scope"]>("write");
  const [days, setDays] = useState("90");
  const create = useMutation({
    mutationFn: () => api.post<ApiToken>(PATH, { name, scope, expires_in_days: Number(days) }),
    onSuccess: (token) => {
      setName("");
      onCreated(token);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Create token"
      footer={
        <Button type="submit" form={form} variant="primary" busy={create.isPending}>
          Create token
        </Button>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-4">
        <FormError>{create.error && messageOf(create.error)}</FormError>
        <Field label="Name" required hint="What will use it." error={fieldError(create.error, "name")}>
          <Input
            value={name}
            onChange={(event) => setName(event.target.value)}
            maxLength={80}
            autoComplete="off"
          />
        </Field>
        <Field label="May" required>
          <Select
            value={scope}
            onChange={(event) => setScope(event.target.value as ApiToken["scope"])}
            options={[
              { value: "write", label: "Read and write" },
              { value: "read", label: "Read only" },
            ]}
          />
        </Field>
        <Field label="Expires after" required>
          <Select
            value={days}
            onChange={(event) => setDays(event.target.value)}
            options={[
              { value: "7", label: "7 days" },
              { value: "30", label: "30 days" },
              { value: "90", label: "90 days" },
              { value: "365", label: "1 year" },
            ]}
          />
        </Field>
      </form>
    </Dialog>
  );
}
