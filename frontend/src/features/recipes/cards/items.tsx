import { Button, IconButton, Input, Select } from "@/components/ui";
import {
  CHOICES,
  type Condition,
  type Conditions,
  comparesNumbers,
  conditionsOf,
  fieldOf,
  type Joined,
  METADATA,
  OP_WORDS,
  ROW_FIELDS,
  whereOf,
  withField,
} from "@/lib/recipes/conditions";
import { type CardProps, ChoiceRow, Note } from "./fields";

const FIRST: Condition = { field: "prompt", op: "contains", value: "" };

/** Which rows' pairs are kept: lines that hold together, or one of them. */
export function ItemsCard({ step, edit }: CardProps) {
  const lines = conditionsOf(step.where);
  return (
    <>
      {lines ? (
        <Lines lines={lines} onChange={(next) => edit({ where: whereOf(next) })} />
      ) : (
        <Written {...{ step, edit }} />
      )}
      <ChoiceRow
        label="All others"
        value={String(step.outside ?? "drop")}
        onChange={(outside) => edit({ outside })}
        options={[
          { value: "drop", label: "Drop" },
          { value: "review", label: "Set aside for review" },
        ]}
      />
    </>
  );
}

/** A filter with nested parts, as the API takes it. */
function Written({ step, edit }: Pick<CardProps, "step" | "edit">) {
  return (
    <div className="space-y-2">
      <Note>This filter has parts within parts and was written through the API.</Note>
      <pre className="overflow-x-auto rounded border border-line p-2 text-sm">
        {JSON.stringify(step.where, null, 2)}
      </pre>
      <Button size="sm" onClick={() => edit({ where: whereOf({ joined: "and", conditions: [FIRST] }) })}>
        Write another here
      </Button>
    </div>
  );
}

function Lines({ lines, onChange }: { lines: Conditions; onChange: (next: Conditions) => void }) {
  const { joined, conditions } = lines;
  const put = (at: number, condition: Condition) =>
    onChange({ joined, conditions: conditions.map((each, index) => (index === at ? condition : each)) });
  return (
    <div className="space-y-2">
      {conditions.length > 1 && (
        <ChoiceRow
          label="Rows that meet"
          value={joined}
          onChange={(next) => onChange({ joined: next as Joined, conditions })}
          options={[
            { value: "and", label: "all of these" },
            { value: "or", label: "any of these" },
          ]}
        />
      )}
      <ul className="space-y-2">
        {conditions.map((condition, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no name but their place.
          <li key={at}>
            <Line
              at={at}
              condition={condition}
              onChange={(next) => put(at, next)}
              onRemove={() => onChange({ joined, conditions: conditions.filter((_, index) => index !== at) })}
            />
          </li>
        ))}
      </ul>
      <Button size="sm" icon="plus" onClick={() => onChange({ joined, conditions: [...conditions, FIRST] })}>
        Add condition
      </Button>
    </div>
  );
}

interface LineProps {
  at: number;
  condition: Condition;
  onChange: (condition: Condition) => void;
  onRemove: () => void;
}

function Line({ at, condition, onChange, onRemove }: LineProps) {
  const kind = fieldOf(condition.field);
  const isMetadata = kind?.value === METADATA;
  const named = (label: string) => `${label} of condition ${at + 1}`;
  return (
    <div className="grid grid-cols-[130px_minmax(0,1fr)_auto] items-center gap-2">
      <Select
        aria-label={named("Field")}
        className={isMetadata ? "" : "col-span-2"}
        value={kind?.value ?? ""}
        onChange={(event) => onChange(withField(condition, event.target.value))}
        options={ROW_FIELDS.map(({ value, label }) => ({ value, label }))}
      />
      {isMetadata && (
        <Input
          aria-label={named("Metadata key")}
          placeholder="key"
          value={condition.field.slice(METADATA.length)}
          onChange={(event) => onChange({ ...condition, field: METADATA + event.target.value })}
        />
      )}
      <IconButton icon="close" label={`Remove condition ${at + 1}`} onClick={onRemove} />
      <Select
        aria-label={named("Comparison")}
        value={condition.op}
        onChange={(event) => onChange(withOp(condition, event.target.value as Condition["op"]))}
        options={(kind?.ops ?? []).map((op) => ({ value: op, label: OP_WORDS[op] }))}
      />
      <Value condition={condition} label={named("Value")} onChange={onChange} />
    </div>
  );
}

function Value({
  condition,
  label,
  onChange,
}: {
  condition: Condition;
  label: string;
  onChange: (condition: Condition) => void;
}) {
  const { field, value } = condition;
  const choices = CHOICES[field];
  if (choices)
    return (
      <Select
        aria-label={label}
        value={String(value)}
        onChange={(event) => onChange({ ...condition, value: event.target.value })}
        options={choices}
      />
    );
  const number = comparesNumbers(condition);
  return (
    <Input
      aria-label={label}
      className={number ? "num" : undefined}
      type={number ? "number" : "text"}
      step="any"
      value={value === null ? "" : String(value)}
      onChange={(event) => {
        const text = event.target.value;
        onChange({ ...condition, value: number ? (text === "" ? null : Number(text)) : text });
      }}
    />
  );
}

/** Metadata compares numbers by its operator: what stands there is read as one, or asked for anew. */
function withOp(condition: Condition, op: Condition["op"]): Condition {
  const next = { ...condition, op };
  if (comparesNumbers(next) === (typeof condition.value === "number")) return next;
  if (!comparesNumbers(next))
    return { ...next, value: condition.value === null ? "" : String(condition.value) };
  const number = Number(condition.value);
  return { ...next, value: condition.value !== "" && Number.isFinite(number) ? number : null };
}
