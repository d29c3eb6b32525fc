import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { setSingleKeys, singleKeysEnabled } from "@/actions/keyboard";
import { KeyEditor } from "@/components/key-map";
import { Button, Checkbox, Field, Input, Page, Section, Select, toast } from "@/components/ui";
import { api } from "@/lib/api/client";
import { fieldError, messageOf } from "@/lib/api/errors";
import type { Me } from "@/lib/api/types";
import { LOCALES, msg, useT } from "@/lib/i18n";
import { meQuery, useMe } from "@/lib/session";
import { setTheme, type Theme, useTheme } from "@/lib/theme";
import { Tokens } from "./tokens";

export function AccountPage() {
  const t = useT();
  return (
    <Page title={t("Account")} width="reading">
      <Profile />
      <Appearance />
      <Section title={t("Keys")}>
        <KeyEditor />
      </Section>
      <Tokens />
    </Page>
  );
}

function Profile() {
  const t = useT();
  const me = useMe();
  const client = useQueryClient();
  const [name, setName] = useState(me.name);
  const save = useMutation({
    mutationFn: () => api.patch<Me>("/api/me/", { name }),
    onSuccess: (updated) => {
      client.setQueryData(meQuery.queryKey, updated);
      toast.ok(t("Saved your name."));
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Section title={t("You")}>
      <p className="mb-3 text-muted">{t("Signed in as {{email}}.", { email: me.email })}</p>
      <form onSubmit={submit} className="flex max-w-[420px] items-end gap-2">
        <Field
          label={t("Name")}
          required
          hint={t("Shown beside your votes and jobs.")}
          error={fieldError(save.error, "name") ?? (save.error ? messageOf(save.error) : undefined)}
          className="flex-1"
        >
          <Input
            value={name}
            onChange={(event) => setName(event.target.value)}
            autoComplete="name"
            maxLength={120}
          />
        </Field>
        <Button type="submit" busy={save.isPending} disabled={name === me.name} className="mb-6">
          {t("Save name")}
        </Button>
      </form>
      <Language />
      <p className="mt-3">
        <a href="/accounts/password/change/" className="text-accent-text underline-offset-2 hover:underline">
          {t("Change password")}
        </a>
      </p>
    </Section>
  );
}

/** The language of the pages for annotators; goes with the account. */
function Language() {
  const t = useT();
  const me = useMe();
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: (locale: string) => api.patch<Me>("/api/me/", { locale }),
    onSuccess: (updated) => client.setQueryData(meQuery.queryKey, updated),
  });
  return (
    <Field
      label={t("Language")}
      required
      hint={t("Of the pages for annotators; the others are in English.")}
      error={save.error ? messageOf(save.error) : undefined}
      className="mt-3 max-w-[420px]"
    >
      <Select
        value={save.isPending ? save.variables : me.locale}
        onChange={(event) => save.mutate(event.target.value)}
        options={[
          { value: "", label: t("As the browser") },
          ...LOCALES.map((tag) => ({ value: tag, label: nameOf(tag) })),
        ]}
      />
    </Field>
  );
}

/** What a language calls itself. */
function nameOf(tag: string): string {
  const name = new Intl.DisplayNames([tag], { type: "language" }).of(tag) ?? tag;
  return name.charAt(0).toLocaleUpperCase(tag) + name.slice(1);
}

const THEMES: { value: Theme; label: string }[] = [
  { value: "system", label: msg("As the system") },
  { value: "light", label: msg("Light") },
  { value: "dark", label: msg("Dark") },
];

function Appearance() {
  const t = useT();
  const theme = useTheme();
  const [keys, setKeys] = useState(singleKeysEnabled);
  return (
    <Section title={t("This browser")}>
      <fieldset className="mb-4">
        <legend className="mb-1 font-medium">{t("Theme")}</legend>
        <div className="flex flex-wrap gap-4">
          {THEMES.map((each) => (
            <label key={each.value} className="flex items-center gap-2">
              <input
                type="radio"
                name="theme"
                className="size-4 accent-[var(--accent)]"
                checked={theme === each.value}
                onChange={() => setTheme(each.value)}
              />
              {t(each.label)}
            </label>
          ))}
        </div>
      </fieldset>
      <Checkbox
        label={t("Single-letter keys")}
        hint={t(
          "Keys such as j, k and 1–7 act at once. Switch them off if you use speech input; keys with Ctrl stay.",
        )}
        checked={keys}
        onChange={(event) => {
          setSingleKeys(event.target.checked);
          setKeys(event.target.checked);
        }}
      />
    </Section>
  );
}
