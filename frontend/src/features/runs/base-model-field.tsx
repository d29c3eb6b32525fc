import { Field, Input, Select } from "@/components/ui";
import type { BaseModel } from "@/lib/api/types";
import { HUB, type RunForm } from "./form";

interface Props {
  form: RunForm;
  models: BaseModel[];
  wrong: (name: string) => string | undefined;
  onChange: (change: Partial<RunForm>, ...names: string[]) => void;
}

const KINDS: Record<string, string> = {
  packaged: "comes along",
  local: "folder of this machine",
  trained: "trained here",
};

export function BaseModelField({ form, models, wrong, onChange }: Props) {
  const isHub = form.base === HUB;
  const chosen = models.find((each) => each.key === form.base);
  const isKnown = isHub || form.base === "" || chosen !== undefined;
  return (
    <div className="grid items-start gap-x-6 gap-y-4 sm:grid-cols-2">
      <Field
        label="Base model"
        required
        hint={isHub ? "It is fetched once and kept." : chosen?.description}
        error={isHub ? undefined : wrong("base_model")}
      >
        <Select
          value={form.base}
          onChange={(event) => onChange({ base: event.target.value }, "base_model")}
          options={[
            ...(isKnown ? [] : [{ value: form.base, label: form.base }]),
            ...models.map((each) => ({
              value: each.key,
              label: each.available
                ? `${each.title} (${KINDS[each.kind] ?? each.kind})`
                : `${each.title} (not installed)`,
              disabled: !each.available,
            })),
            { value: HUB, label: "A model of the Hugging Face Hub…" },
          ]}
        />
      </Field>
      {isHub && (
        <Field
          label="Model of the Hub"
          required
          hint="owner/name, or owner/name@revision."
          error={wrong("base_model")}
        >
          <Input
            value={form.hub}
            placeholder="owner/name"
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => onChange({ hub: event.target.value }, "base_model")}
          />
        </Field>
      )}
    </div>
  );
}
