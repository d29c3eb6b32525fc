import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import {
  Badge,
  Button,
  Confirm,
  CopyButton,
  DataTable,
  Dialog,
  Field,
  FormDialog,
  Input,
  PagedRows,
  RelativeTime,
  Section,
  Select,
  toast,
} from "@/components/ui";
import { api } from "@/lib/api/client";
import type { ApiToken } from "@/lib/api/types";
import { usePaged } from "@/lib/api/use-paged";
import { refusedOf, unplaced, useFormChecks, useFormEdits } from "@/lib/checked-form";
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
        onClose={() => setCreating(false)}
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

const FORM = "token-form";
/** What says itself what the server refused of it. */
const PLACES = /^(name|scope|expires_in_days)$/;
const TOKEN = { name: "", scope: "write" as ApiToken["scope"], days: "90" };

function CreateDialog({
  open,
  onClose,
  onCreated,
}: {
  open: boolean;
  onClose: () => void;
  onCreated: (token: ApiToken) => void;
}) {
  const t = useT();
  const { form, edit, changed, settle } = useFormEdits(TOKEN);
  const create = useMutation({
    mutationFn: () =>
      api.post<ApiToken>(PATH, { name: form.name, scope: form.scope, expires_in_days: Number(form.days) }),
    onSuccess: (token) => {
      edit({ name: "" });
      onCreated(token);
    },
    onError: settle,
  });
  const refused = refusedOf(create.error, {});
  const { wrong, submit } = useFormChecks({
    id: FORM,
    changed,
    problems: () => ({}),
    error: create.error,
    refused,
    send: () => create.mutate(),
  });
  return (
    <FormDialog
      open={open}
      id={FORM}
      onClose={onClose}
      title={t("Create token")}
      submit={t("Create token")}
      mutation={create}
      refusal={unplaced(create.error, refused, PLACES)}
      onSubmit={submit}
    >
      <Field label={t("Name")} required hint={t("What will use it.")} error={wrong("name")}>
        <Input
          value={form.name}
          onChange={(event) => edit({ name: event.target.value })}
          maxLength={80}
          autoComplete="off"
        />
      </Field>
      <Field label={t("May")} required error={wrong("scope")}>
        <Select
          value={form.scope}
          onChange={(event) => edit({ scope: event.target.value as ApiToken["scope"] })}
          options={[
            { value: "write", label: t("Read and write") },
            { value: "read", label: t("Read only") },
          ]}
        />
      </Field>
      <Field label={t("Expires after")} required error={wrong("expires_in_days")}>
        <Select
          value={form.days}
          onChange={(event) => edit({ days: event.target.value }, "expires_in_days")}
          options={[
            { value: "7", label: t("7 days") },
            { value: "30", label: t("30 days") },
            { value: "90", label: t("90 days") },
            { value: "365", label: t("1 year") },
          ]}
        />
      </Field>
    </FormDialog>
  );
}
