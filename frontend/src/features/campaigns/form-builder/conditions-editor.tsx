import { Button, Checkbox, IconButton, Input, Select } from "@/components/ui";
import type { Condition, Question } from "@/lib/api/types";
import type { Faults } from "./checks";
import {
  comparable,
  type Fact,
  factsOf,
  firstValue,
  freshCondition,
  TEST_WORDS,
  testsOf,
  usableFacts,
} from "./facts";
import { FaultText, Group } from "./parts";

interface Props {
  title: string;
  /** What the list means while it is empty. */
  always: string;
  path: "show_if" | "required_if";
  conditions: readonly Condition[];
  earlier: readonly Question[];
  faults: Faults;
  onChange: (conditions: Condition[]) => void;
}

/** Conditions on earlier answers, all of which must hold. Only what exists can be chosen. */
export function ConditionsEditor({ title, always, path, conditions, earlier, faults, onChange }: Props) {
  const next = freshCondition(earlier);
  return (
    <Group title={title} hint={conditions.length === 0 ? always : undefined}>
      {conditions.length > 0 && (
        <ul className="flex flex-col gap-2">
          {conditions.map((condition, index) => (
            <li
              // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no identity but their place.
              key={index}
              className="flex flex-col gap-1"
            >
              <ConditionRow
                label={`${title}, condition ${index + 1}`}
                joined={index > 0}
                condition={condition}
                earlier={earlier}
                onChange={(changed) =>
                  onChange(conditions.map((each, place) => (place === index ? changed : each)))
                }
                onRemove={() => onChange(conditions.toSpliced(index, 1))}
              />
              {Object.entries(faults)
                .filter(([place]) => place === `${path}.${index}` || place.startsWith(`${path}.${index}.`))
                .map(([place, sentence]) => (
                  <FaultText key={place}>{sentence}</FaultText>
                ))}
            </li>
          ))}
        </ul>
      )}
      {faults[path] && <FaultText>{faults[path]}</FaultText>}
      {next && (
        <div>
          <Button size="sm" icon="plus" onClick={() => onChange([...conditions, next])}>
            Add condition
          </Button>
        </div>
      )}
    </Group>
  );
}

interface RowProps {
  label: string;
  joined: boolean;
  condition: Condition;
  earlier: readonly Question[];
  onChange: (condition: Condition) => void;
  onRemove: () => void;
}

function ConditionRow({ label, joined, condition, earlier, onChange, onRemove }: RowProps) {
  const question = earlier.find((each) => each.name === condition.question);
  const facts = question ? usableFacts(question, earlier) : [];
  const fact = question && factsOf(question).find((each) => each.fact === condition.fact);
  const others = comparable(condition, earlier);
  const tests = fact ? testsOf(fact, others.length) : [];

  const toFact = (question: string, name: string, choices: Fact[]) => {
    const chosen = choices.find((each) => each.fact === name) ?? choices[0];
    if (!chosen) return;
    const compared = comparable({ ...condition, question }, earlier);
    const test = testsOf(chosen, compared.length)[0] ?? "is";
    onChange({ question, fact: chosen.fact, test, value: firstValue(chosen, test, compared) });
  };
  const toQuestion = (name: string) => {
    const chosen = earlier.find((each) => each.name === name);
    if (!chosen) return;
    const choices = usableFacts(chosen, earlier);
    toFact(name, chosen.type === question?.type ? condition.fact : (choices[1]?.fact ?? "answered"), choices);
  };
  const toTest = (test: Condition["test"]) => {
    const sameShape = (test === "differs_from") === (condition.test === "differs_from");
    onChange({
      ...condition,
      test,
      value: sameShape || !fact ? condition.value : firstValue(fact, test, others),
    });
  };

  return (
    <fieldset
      aria-label={label}
      className="flex items-start gap-1 rounded-md border border-line bg-canvas p-2"
    >
      <div className="flex min-w-0 flex-1 flex-wrap items-start gap-1.5">
        <span className="w-8 pt-1.5 text-sm text-muted">{joined ? "and" : "when"}</span>
        <Select
          aria-label="Question"
          className="w-auto! min-w-0 max-w-56 flex-1 basis-36"
          value={question ? condition.question : ""}
          options={[
            ...(question
              ? []
              : [{ value: "", label: `${condition.question} (not before this one)`, disabled: true }]),
            ...earlier.map((each) => ({ value: each.name, label: each.title || each.name })),
          ]}
          onChange={(event) => toQuestion(event.target.value)}
        />
        <Select
          aria-label="What of it"
          className="w-auto! min-w-28"
          value={condition.fact}
          options={
            facts.some((each) => each.fact === condition.fact)
              ? facts.map((each) => ({ value: each.fact, label: each.label }))
              : [
                  { value: condition.fact, label: condition.fact },
                  ...facts.map((each) => ({ value: each.fact, label: each.label })),
                ]
          }
          onChange={(event) => toFact(condition.question, event.target.value, facts)}
        />
        {fact?.kind !== "bool" && (
          <Select
            aria-label="Test"
            className="w-auto! min-w-24"
            value={condition.test}
            options={(tests.includes(condition.test) ? tests : [condition.test, ...tests]).map((each) => ({
              value: each,
              label: TEST_WORDS[each] ?? each,
            }))}
            onChange={(event) => toTest(event.target.value as Condition["test"])}
          />
        )}
        {fact && <Value condition={condition} fact={fact} others={others} onChange={onChange} />}
      </div>
      <IconButton icon="close" size="sm" label={`Remove ${label}`} className="mt-1" onClick={onRemove} />
    </fieldset>
  );
}

interface ValueProps {
  condition: Condition;
  fact: Fact;
  others: readonly Question[];
  onChange: (condition: Condition) => void;
}

function Value({ condition, fact, others, onChange }: ValueProps) {
  const set = (value: Condition["value"]) => onChange({ ...condition, value });
  if (fact.kind === "bool") {
    return (
      <Select
        aria-label="Whether"
        className="w-auto!"
        value={String(condition.value)}
        options={[
          { value: "true", label: "yes" },
          { value: "false", label: "no" },
        ]}
        onChange={(event) => set(event.target.value === "true")}
      />
    );
  }
  if (condition.test === "differs_from") {
    return (
      <Select
        aria-label="Question to compare with"
        className="w-auto! max-w-56"
        value={String(condition.value)}
        options={others.map((each) => ({ value: each.name, label: each.title }))}
        onChange={(event) => set(event.target.value)}
      />
    );
  }
  if (fact.kind === "number") {
    return (
      <Input
        type="number"
        aria-label="Number"
        className="w-20!"
        min={fact.low}
        max={fact.high}
        value={Number.isNaN(condition.value) ? "" : Number(condition.value)}
        onChange={(event) => set(event.target.value === "" ? Number.NaN : Number(event.target.value))}
      />
    );
  }
  return <Words condition={condition} values={fact.values ?? []} onChange={set} />;
}

/** Any of the words ticked; those that are gone can still be unticked. */
function Words({
  condition,
  values,
  onChange,
}: {
  condition: Condition;
  values: { value: string; label: string }[];
  onChange: (value: string[]) => void;
}) {
  const chosen = Array.isArray(condition.value) ? condition.value : [String(condition.value)].filter(Boolean);
  const gone = chosen.filter((value) => !values.some((each) => each.value === value));
  return (
    <div className="flex flex-wrap gap-x-4 gap-y-1 px-1 pt-1.5">
      {[...values, ...gone.map((value) => ({ value, label: `${value} (gone)` }))].map((each) => (
        <Checkbox
          key={each.value}
          label={each.label || each.value}
          checked={chosen.includes(each.value)}
          onChange={(event) =>
            onChange(
              event.target.checked ? [...chosen, each.value] : chosen.filter((one) => one !== each.value),
            )
          }
        />
      ))}
    </div>
  );
}
