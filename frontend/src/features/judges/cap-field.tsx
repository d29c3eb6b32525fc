import { Field, NumberInput } from "@/components/ui";

/** The most a judge may spend, in dollars; asked for where its prices are known. */
export function CapField({
  value,
  hint,
  problem,
  onChange,
}: {
  value: string;
  hint: string;
  problem: string | undefined;
  onChange: (typed: string) => void;
}) {
  return (
    <Field label="Spend at most, $" hint={hint} error={problem}>
      <NumberInput className="max-w-28" value={value} onChange={(event) => onChange(event.target.value)} />
    </Field>
  );
}
