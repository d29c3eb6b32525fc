import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import {
  Badge,
  Button,
  Confirm,
  CopyButton,
  DataTable,
  Dialog,
  Field,
  FormError,
  Input,
  PagedRows,
  RelativeTime,
  Section,
  Select,
  toast,
} from "@/components/ui";
import { api } from "@/lib/api/client";
import { fieldError, messageOf } from "@/lib/api/errors";
import type { ApiToken } from "@/lib/api/types";
import { usePaged } from "@/lib/api/use-paged";
import { useT } from "@/lib/i18n";

const PATH = "/api/me/tokens/";
const KEY = ["tokens"];

export function Tokens() {
  const t = useT();
  const client = useQueryClient();
  const list = usePaged<ApiToken>(KEY, PATH);
  const [creating, setCreating] = useState(false);
  const [created, setCreated] = useState<ApiToken | null>(null);
  const refresh = () => void client.invalidateQueries({ queryKey: KEY });
  const revoke = async (token: ApiToken) => {
    try {
      await api.delete(`${PATH}${token.token_key}/`);
      toast.ok(t("Revoked {{name}}.", { name: token.name }));
    } catch (error) {
      toast.error(error);
    }
    refresh();
  };
  return (
    <Section
      title={t("API tokens")}
      actions={
        <Button size="sm" icon="plus" onClick={() => setCreating(true)}>
          {t("Create token")}
        </Button>
      }
    >
      <p className="mb-3 text-muted">
        {t("For scripts and notebooks. A token may do what you may; send it as")}{" "}
        <code className="font-mono text-sm">Authorization: Bearer …</code>
      </p>
      <PagedRows
        list={list}
        empty={<p className="border-t border-line py-3 text-muted">{t("You have no token.")}</p>}
      >
        <DataTable
          caption={t("Your API tokens")}
          rows={list.rows}
          rowKey={(token) => token.token_key}
          columns={[
            {
              key: "name",
              header: t("Name"),
              cell: (token) => (
                <>
                  <span className="font-medium">{token.name}</span>{" "}
                  <code className="font-mono text-xs text-faint">{token.token_key}…</code>
                </>
              ),
            },
            {
              key: "scope",
              header: t("May"),
              cell: (token) => <Badge>{token.scope === "read" ? t("Read only") : t("Read and write")}</Badge>,
            },
            { key: "created", header: t("Created"), cell: (token) => <RelativeTime at={token.created} /> },
            { key: "expiry", header: t("Expires"), cell: (token) => <RelativeTime at={token.expiry} /> },
            {
              key: "revoke",
              header: <span className="sr-only">{t("Revoke")}</span>,
              className: "text-end",
              cell: (token) => (
                <Confirm
                  title={t("Revoke {{name}}?", { name: token.name })}
                  description={t("Whatever uses this token stops working at once.")}
                  confirm={t("Revoke token")}
                  onConfirm={() => revoke(token)}
                  trigger={(ask) => (
                    <Button size="sm" variant="ghost" onClick={ask}>
                      {t("Revoke")}
                    </Button>
                  )}
                />
              ),
            },
          ]}
        />
      </PagedRows>
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
        title={t("Token {{name}}", { name: created?.name ?? "" })}
        description={t("Copy it now: it is stored only as a hash and cannot be shown again.")}
      >
        <div className="flex items-end gap-2">
          <Field label={t("Token")} required hideLabel className="flex-1">
            <Input
              readOnly
              value={created?.token ?? ""}
              onFocus={(event) => event.target.select()}
              className="font-mono text-sm!"
            />
          </Field>
          <CopyButton text={created?.token ?? ""} label={t("Copy token")} />
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
  const t = useT();
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
      title={t("Create token")}
      footer={
        <Button type="submit" form={form} variant="primary" busy={create.isPending}>
          {t("Create token")}
        </Button>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-4">
        <FormError>{create.error && messageOf(create.error)}</FormError>
        <Field
          label={t("Name")}
          required
          hint={t("What will use it.")}
          error={fieldError(create.error, "name")}
        >
          <Input
            value={name}
            onChange={(event) => setName(event.target.value)}
            maxLength={80}
            autoComplete="off"
          />
        </Field>
        <Field label={t("May")} required>
          <Select
            value={scope}
            onChange={(event) => setScope(event.target.value as ApiToken["scope"])}
            options={[
              { value: "write", label: t("Read and write") },
              { value: "read", label: t("Read only") },
            ]}
          />
        </Field>
        <Field label={t("Expires after")} required>
          <Select
            value={days}
            onChange={(event) => setDays(event.target.value)}
            options={[
              { value: "7", label: t("7 days") },
              { value: "30", label: t("30 days") },
              { value: "90", label: t("90 days") },
              { value: "365", label: t("1 year") },
            ]}
          />
        </Field>
      </form>
    </Dialog>
  );
}
