import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { setSingleKeys, singleKeysEnabled } from "@/actions/keyboard";
import { KeyEditor } from "@/components/key-map";
import { Button, Checkbox, Field, Input, Page, Section, toast } from "@/components/ui";
import { api } from "@/lib/api/client";
import { fieldError, messageOf } from "@/lib/api/errors";
import type { Me } from "@/lib/api/types";
import { useT } from "@/lib/i18n";
import { meQuery, useMe } from "@/lib/session";
import { setTheme, type Theme, useTheme } from "@/lib/theme";
import { Tokens } from "./tokens";

export function AccountPage() {
  const t = useT();
  return (
    <Page title="Account" width="reading">
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
  const me = useMe();
  const client = useQueryClient();
  const [name, setName] = useState(me.name);
  const save = useMutation({
    mutationFn: () => api.patch<Me>("/api/me/", { name }),
    onSuccess: (updated) => {
      client.setQueryData(meQuery.queryKey, updated);
      toast.ok("Saved your name.");
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Section title="You">
      <p className="mb-3 text-muted">Signed in as {me.email}.</p>
      <form onSubmit={submit} className="flex max-w-[420px] items-end gap-2">
        <Field
          label="Name"
          required
          hint="Shown beside your votes and jobs."
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
          Save name
        </Button>
      </form>
      <p className="mt-3">
        <a href="/accounts/password/change/" className="text-accent-text underline-offset-2 hover:underline">
          Change password
        </a>
      </p>
    </Section>
  );
}

const THEMES: { value: Theme; label: string }[] = [
  { value: "system", label: "As the system" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];

function Appearance() {
  const theme = useTheme();
  const [keys, setKeys] = useState(singleKeysEnabled);
  return (
    <Section title="This browser">
      <fieldset className="mb-4">
        <legend className="mb-1 font-medium">Theme</legend>
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
              {each.label}
            </label>
          ))}
        </div>
      </fieldset>
      <Checkbox
        label="Single-letter keys"
        hint="Keys such as j, k and 1–7 act at once. Switch them off if you use speech input; keys with Ctrl stay."
        checked={keys}
        onChange={(event) => {
          setSingleKeys(event.target.checked);
          setKeys(event.target.checked);
        }}
      />
    </Section>
  );
}
