import { Field, NumberInput } from "@/components/ui";
import type { JudgeForm } from "./form";
import type { PartProps } from "./model-fields";

const FIELDS: {
  key: "temperature" | "topP" | "maxTokens" | "seed";
  name: string;
  label: string;
  hint: string;
  whole?: boolean;
}[] = [
  {
    key: "temperature",
    name: "sampling.temperature",
    label: "Temperature",
    hint: "0 takes the likeliest word each time: the same question gets the same answer.",
  },
  {
    key: "topP",
    name: "sampling.top_p",
    label: "Top p",
    hint: "Draws among the likeliest words of this share.",
  },
  {
    key: "maxTokens",
    name: "sampling.max_tokens",
    label: "Tokens at most",
    hint: "A reply that is cut off counts as failed.",
    whole: true,
  },
  {
    key: "seed",
    name: "sampling.seed",
    label: "Seed",
    hint: "Another seed draws other replies.",
    whole: true,
  },
];

export function SamplingFields({ form, wrong, onChange }: PartProps) {
  return (
    <div className="grid gap-x-6 gap-y-4 sm:grid-cols-2 lg:grid-cols-4">
      {FIELDS.map(({ key, name, label, hint, whole }) => (
        <Field key={key} label={label} required hint={hint} error={wrong(name)}>
          <NumberInput
            whole={whole}
            className="max-w-28"
            value={form[key]}
            onChange={(event) => onChange({ [key]: event.target.value } as Partial<JudgeForm>, name)}
          />
        </Field>
      ))}
    </div>
  );
}
