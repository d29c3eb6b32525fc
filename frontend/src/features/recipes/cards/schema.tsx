import { Checkbox } from "@/components/ui";
import type { RecipeStepKind } from "@/lib/api/types";
import { sentence } from "@/lib/format";
import { type CardProps, ChoiceRow, NumberRow } from "./fields";
import { MeasureField } from "./measure-field";

interface Schema {
  type?: string;
  enum?: string[];
  $ref?: string;
  anyOf?: Schema[];
  minimum?: number;
  maximum?: number;
}

/** A step of a type that has no card of its own: every parameter as its schema describes it. */
export function SchemaCard({ kind, ...props }: CardProps & { kind: RecipeStepKind | undefined }) {
  const properties = Object.entries((kind?.schema.properties ?? {}) as Record<string, Schema>);
  return properties
    .filter(([name]) => name !== "type")
    .map(([name, schema]) => <Param key={name} name={name} schema={schema} {...props} />);
}

function Param({
  name,
  schema,
  step,
  signals,
  signalsPath,
  edit,
}: CardProps & { name: string; schema: Schema }) {
  const choices = schema.anyOf ?? [schema];
  const optional = choices.some((each) => each.type === "null");
  const real = choices.find((each) => each.type !== "null") ?? schema;
  const label = sentence(name);
  const value = step[name];
  if (real.$ref?.endsWith("/Measure"))
    return (
      <MeasureField
        label={label}
        value={value}
        onChange={(measure) => edit({ [name]: measure })}
        signals={signals}
        signalsPath={signalsPath}
        without={optional ? "None" : undefined}
      />
    );
  if (name === "signal")
    return (
      <ChoiceRow
        label={label}
        value={typeof value === "number" ? String(value) : ""}
        onChange={(id) => edit({ [name]: id ? Number(id) : null })}
        options={[
          { value: "", label: optional ? "None" : "Choose a signal" },
          ...signals.map((signal) => ({ value: String(signal.id), label: signal.name })),
        ]}
      />
    );
  if (real.enum)
    return (
      <ChoiceRow
        label={label}
        value={String(value ?? "")}
        onChange={(choice) => edit({ [name]: choice })}
        options={real.enum.map((each) => ({ value: each, label: sentence(each) }))}
      />
    );
  if (real.type === "boolean")
    return (
      <Checkbox
        label={label}
        checked={value === true}
        onChange={(event) => edit({ [name]: event.target.checked })}
      />
    );
  if (real.type === "number" || real.type === "integer")
    return (
      <NumberRow
        label={label}
        value={value}
        min={real.minimum}
        max={real.maximum}
        step={real.type === "integer" ? 1 : "any"}
        placeholder={optional ? "none" : undefined}
        onChange={(number) => edit({ [name]: number })}
      />
    );
  return null;
}
