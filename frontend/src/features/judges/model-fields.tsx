import { Field, Input, NumberInput, Select } from "@/components/ui";
import type { JudgeModel } from "./api";
import { type JudgeForm, keyOf } from "./form";

export interface PartProps {
  form: JudgeForm;
  /** What is wrong with a field, by the server's name of it. */
  wrong: (name: string) => string | undefined;
  onChange: (change: Partial<JudgeForm>, ...names: string[]) => void;
}

/** One of the models a judge may ask; of an endpoint, the model's name there and what it costs. */
export function ModelFields({
  form,
  models,
  chosen,
  wrong,
  onChange,
}: PartProps & { models: JudgeModel[]; chosen: JudgeModel | undefined }) {
  return (
    <div className="grid gap-x-6 gap-y-4 sm:grid-cols-2">
      <Field
        label="Model"
        required
        hint={chosen?.description}
        error={wrong("model") ?? wrong("model.id")}
        className="sm:col-span-2"
      >
        <Select
          value={chosen ? keyOf(chosen) : ""}
          onChange={(event) => onChange({ model: event.target.value })}
          options={[
            ...(chosen ? [] : [{ value: "", label: "Choose a model" }]),
            ...models.map((each) => ({
              value: keyOf(each),
              label: labelOf(each),
              disabled: !each.available,
            })),
          ]}
        />
      </Field>
      {chosen?.source === "endpoint" && (
        <>
          <Field
            label="Its name at the endpoint"
            required
            hint="Such as Qwen/Qwen3-8B."
            error={wrong("model.model")}
          >
            <Input
              autoComplete="off"
              spellCheck={false}
              maxLength={200}
              value={form.endpointModel}
              onChange={(event) => onChange({ endpointModel: event.target.value }, "model.model")}
            />
          </Field>
          <Field label="Revision" hint="Tells versions of the model apart, where the name does not.">
            <Input
              autoComplete="off"
              spellCheck={false}
              maxLength={200}
              value={form.revision}
              onChange={(event) => onChange({ revision: event.target.value })}
            />
          </Field>
          <Field
            label="Price of a million prompt tokens, $"
            hint="With prices, a run shows its cost and can be capped."
            error={wrong("prices.prompt")}
          >
            <NumberInput
              className="max-w-40"
              value={form.promptPrice}
              onChange={(event) => onChange({ promptPrice: event.target.value }, "prices.prompt")}
            />
          </Field>
          <Field label="Price of a million written tokens, $" error={wrong("prices.completion")}>
            <NumberInput
              className="max-w-40"
              value={form.completionPrice}
              onChange={(event) => onChange({ completionPrice: event.target.value }, "prices.completion")}
            />
          </Field>
        </>
      )}
      <Field
        label="Family"
        hint="Such as llama. A judge does not count for what its own family wrote."
        error={wrong("family")}
      >
        <Input
          autoComplete="off"
          maxLength={60}
          value={form.family}
          onChange={(event) => onChange({ family: event.target.value })}
        />
      </Field>
    </div>
  );
}

const SOURCES: Record<JudgeModel["source"], string> = {
  packaged: "comes with the application",
  registered: "registered model",
  endpoint: "endpoint",
};

function labelOf(model: JudgeModel): string {
  return `${model.title} · ${SOURCES[model.source]}${model.available ? "" : " (not installed here)"}`;
}
