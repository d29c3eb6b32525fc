import type { ComponentType } from "react";
import type {
  ChoiceQuestion,
  EditQuestion,
  Option,
  PairwiseQuestion,
  Per,
  Question,
  QuestionType,
  RankingQuestion,
  RationaleQuestion,
  StepsQuestion,
  TextQuestion,
  ThumbsQuestion,
} from "@/lib/api/types";
import type { Faults } from "./checks";
import { freeNameAmong, nameFrom } from "./draft";
import { ListEditor } from "./list-editor";
import {
  Columns,
  Group,
  NameField,
  NumberField,
  OtherFaults,
  type PartProps,
  SelectField,
  TextField,
  Toggle,
  Toggles,
} from "./parts";
import { RatingsEditor } from "./ratings-editor";
import { SpansEditor } from "./spans-editor";

export interface TypeEditorProps<Q> extends PartProps<Q> {
  /** Every question of the form, for links between them. */
  questions: readonly Question[];
}

const PER: { value: Per; label: string }[] = [
  { value: "item", label: "Once per item" },
  { value: "response", label: "For each response" },
  { value: "turn", label: "For each turn" },
];

function AspectField({ value, faults, onChange }: PartProps<{ aspect: string | null }>) {
  return (
    <TextField
      label="Aspect"
      optional
      hint="What the comparison is about, if not overall: honest, safe, …"
      value={value.aspect ?? ""}
      error={faults.aspect}
      onChange={(aspect) => onChange({ aspect: aspect === "" ? null : aspect })}
    />
  );
}

function PairwiseEditor({ value, faults, onChange }: TypeEditorProps<PairwiseQuestion>) {
  return (
    <>
      <Columns>
        <SelectField
          label="Scale"
          value={String(value.steps)}
          options={[
            { value: "3", label: "3 steps (−1 … 1)" },
            { value: "5", label: "5 steps (−2 … 2)" },
            { value: "7", label: "7 steps (−3 … 3)" },
          ]}
          error={faults.steps}
          onChange={(steps) => onChange({ steps: Number(steps) as PairwiseQuestion["steps"] })}
        />
        <AspectField value={value} faults={faults} onChange={onChange} />
      </Columns>
      <Toggles>
        <Toggle label="Allow “about the same”" checked={value.tie} onChange={(tie) => onChange({ tie })} />
        <Toggle
          label="Allow “both bad”"
          checked={value.both_bad}
          onChange={(both_bad) => onChange({ both_bad })}
        />
      </Toggles>
    </>
  );
}

function RankingEditor({ value, faults, onChange }: TypeEditorProps<RankingQuestion>) {
  return (
    <>
      <Columns>
        <NumberField
          label="Only the best"
          optional
          hint="Empty ranks all responses."
          low={1}
          high={50}
          value={value.top_k}
          error={faults.top_k}
          onChange={(top_k) => onChange({ top_k })}
        />
        <AspectField value={value} faults={faults} onChange={onChange} />
      </Columns>
      <Toggles>
        <Toggle label="Allow ties" checked={value.ties} onChange={(ties) => onChange({ ties })} />
        <Toggle
          label="Some may stay unranked"
          checked={value.partial}
          onChange={(partial) => onChange({ partial })}
        />
        <Toggle
          label="Allow “not rankable”"
          checked={value.not_rankable}
          onChange={(not_rankable) => onChange({ not_rankable })}
        />
      </Toggles>
    </>
  );
}

function Options({
  noun,
  path,
  options,
  faults,
  onChange,
}: {
  noun: string;
  path: string;
  options: Option[];
  faults: Faults;
  onChange: (options: Option[]) => void;
}) {
  const settle = (option: Option, index: number) => {
    const made = nameFrom(option.label);
    if (!option.value.startsWith(`${noun}_`) || made === "") return;
    const others = options.filter((each) => each !== option).map((each) => each.value);
    onChange(
      options.map((each, place) =>
        place === index ? { ...option, value: freeNameAmong(made, others) } : each,
      ),
    );
  };
  return (
    <ListEditor<Option>
      noun={noun}
      path={path}
      entries={options}
      faults={faults}
      fresh={(number) => ({ value: `${noun}_${number}`, label: "" })}
      onChange={onChange}
      ordered
      dense
    >
      {(option, optionFaults, change, index) => (
        <>
          <div className="grid grid-cols-[minmax(0,3fr)_minmax(0,2fr)] gap-2">
            <TextField
              label={`Label of ${noun} ${index + 1}`}
              hideLabel
              placeholder="What people read"
              value={option.label}
              error={optionFaults.label}
              onChange={(label) => change({ label })}
              onLeave={() => settle(option, index)}
            />
            <NameField
              label={`Value of ${noun} ${index + 1}`}
              hideLabel
              value={option.value}
              error={optionFaults.value}
              onChange={(value) => change({ value })}
            />
          </div>
          <OtherFaults faults={optionFaults} shown={["label", "value"]} />
        </>
      )}
    </ListEditor>
  );
}

function RationaleEditor({ value, faults, onChange }: TypeEditorProps<RationaleQuestion>) {
  return (
    <>
      <Group title="Reasons to tick" hint="Short words above the text, such as “correct”, “clear”, “safe”.">
        <Options
          noun="reason"
          path="reasons"
          options={value.reasons}
          faults={faults}
          onChange={(reasons) => onChange({ reasons })}
        />
      </Group>
      <Columns>
        <NumberField
          label="At least (characters)"
          low={0}
          value={value.min_chars}
          error={faults.min_chars}
          onChange={(min_chars) => onChange({ min_chars: min_chars ?? Number.NaN })}
        />
        <NumberField
          label="At most (characters)"
          low={1}
          value={value.max_chars}
          error={faults.max_chars}
          onChange={(max_chars) => onChange({ max_chars: max_chars ?? Number.NaN })}
        />
      </Columns>
      <Toggle
        label="Sentences can be linked to passages of the responses"
        checked={value.links}
        onChange={(links) => onChange({ links })}
      />
    </>
  );
}

function EditEditor({ value, faults, onChange, questions }: TypeEditorProps<EditQuestion>) {
  const spans = questions.filter((each) => each.type === "spans");
  return (
    <Columns>
      <SelectField
        label="Which responses"
        value={value.which}
        options={[
          { value: "any", label: "At least one of them" },
          { value: "each", label: "Every one" },
        ]}
        error={faults.which}
        onChange={(which) => onChange({ which })}
      />
      <SelectField
        label="Offer the changes as marks of"
        value={value.marks_into ?? ""}
        options={[
          { value: "", label: spans.length > 0 ? "No question" : "No spans question in this form" },
          ...spans.map((each) => ({ value: each.name, label: each.title })),
          ...(value.marks_into !== null && !spans.some((each) => each.name === value.marks_into)
            ? [{ value: value.marks_into, label: `${value.marks_into} (gone)` }]
            : []),
        ]}
        error={faults.marks_into}
        onChange={(name) => onChange({ marks_into: name === "" ? null : name })}
      />
    </Columns>
  );
}

function ThumbsEditor({ value, faults, onChange }: TypeEditorProps<ThumbsQuestion>) {
  return (
    <Columns>
      <SelectField
        label="Asked"
        value={value.per}
        options={PER}
        error={faults.per}
        onChange={(per) => onChange({ per })}
      />
    </Columns>
  );
}

function StepsEditor({ value, faults, onChange }: TypeEditorProps<StepsQuestion>) {
  return (
    <>
      <Columns>
        <SelectField
          label="A step is"
          value={value.split}
          options={[
            { value: "blank_line", label: "A paragraph" },
            { value: "line", label: "A line" },
          ]}
          error={faults.split}
          onChange={(split) => onChange({ split })}
        />
      </Columns>
      <Toggles>
        <Toggle
          label="Allow “neutral”"
          checked={value.neutral}
          onChange={(neutral) => onChange({ neutral })}
        />
        <Toggle
          label="Ask for the first error"
          checked={value.first_error}
          onChange={(first_error) => onChange({ first_error })}
        />
      </Toggles>
    </>
  );
}

function ChoiceEditor({ value, faults, onChange }: TypeEditorProps<ChoiceQuestion>) {
  return (
    <>
      <Group title="Options" hint="The first nine have the keys 1 to 9.">
        <Options
          noun="option"
          path="options"
          options={value.options}
          faults={faults}
          onChange={(options) => onChange({ options })}
        />
      </Group>
      <Columns>
        <SelectField
          label="Asked"
          value={value.per ?? "item"}
          options={PER}
          error={faults.per}
          onChange={(per) => onChange({ per })}
        />
      </Columns>
      <Toggle
        label="Several can be chosen"
        checked={value.multiple}
        onChange={(multiple) => onChange({ multiple })}
      />
    </>
  );
}

function TextEditor({ value, faults, onChange }: TypeEditorProps<TextQuestion>) {
  return (
    <Columns>
      <NumberField
        label="At most (characters)"
        low={1}
        value={value.max_chars}
        error={faults.max_chars}
        onChange={(max_chars) => onChange({ max_chars: max_chars ?? Number.NaN })}
      />
      <SelectField
        label="Asked"
        value={value.per ?? "item"}
        options={PER}
        error={faults.per}
        onChange={(per) => onChange({ per })}
      />
    </Columns>
  );
}

const EDITORS: Record<QuestionType, { Editor: unknown; shown: string[] }> = {
  pairwise: { Editor: PairwiseEditor, shown: ["steps", "aspect"] },
  ranking: { Editor: RankingEditor, shown: ["top_k", "aspect"] },
  ratings: { Editor: RatingsEditor, shown: ["per", "low", "high", "aspects", "aspects.*"] },
  spans: {
    Editor: SpansEditor,
    shown: [
      "categories",
      "categories.*",
      "omissions",
      "omissions.*",
      "severities",
      "severities.*",
      "boundaries",
    ],
  },
  rationale: { Editor: RationaleEditor, shown: ["reasons", "reasons.*", "min_chars", "max_chars"] },
  edit: { Editor: EditEditor, shown: ["which", "marks_into"] },
  thumbs: { Editor: ThumbsEditor, shown: ["per"] },
  steps: { Editor: StepsEditor, shown: ["split"] },
  choice: { Editor: ChoiceEditor, shown: ["options", "options.*", "per"] },
  text: { Editor: TextEditor, shown: ["max_chars", "per"] },
};

/** The editor of a type, and the paths whose faults it shows at their fields. */
export function typeEditor(type: QuestionType) {
  const { Editor, shown } = EDITORS[type];
  return { Editor: Editor as ComponentType<TypeEditorProps<Question>>, shown };
}
