import { type DragEvent, useId, useState } from "react";
import { Badge, Field, Icon, IconButton, Textarea } from "@/components/ui";
import type { Question } from "@/lib/api/types";
import { cx } from "@/lib/cx";
import { countOf } from "@/lib/format";
import { typeLabel } from "./catalogue";
import type { Faults } from "./checks";
import { ConditionsEditor } from "./conditions-editor";
import type { Change, Entry } from "./draft";
import { conditionText } from "./facts";
import { Columns, NameField, OtherFaults, TextField, Toggle } from "./parts";
import { typeEditor } from "./type-editors";

interface Props {
  entry: Entry;
  index: number;
  questions: readonly Question[];
  faults: Faults;
  open: boolean;
  dispatch: (change: Change) => void;
}

const DRAGGED = "application/x-plumbline-question";

/** One question: a line while closed, its whole definition while open. */
export function QuestionCard({ entry, index, questions, faults, open, dispatch }: Props) {
  const { question, key } = entry;
  const [over, setOver] = useState<"before" | "after" | null>(null);
  const body = useId();
  const number = index + 1;

  const side = (event: DragEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    return event.clientY < box.top + box.height / 2 ? "before" : "after";
  };
  return (
    <li
      data-entry={key}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(DRAGGED)) return;
        event.preventDefault();
        setOver(side(event));
      }}
      onDragLeave={() => setOver(null)}
      onDrop={(event) => {
        const [dragged, from] = event.dataTransfer.getData(DRAGGED).split(":");
        setOver(null);
        if (!dragged) return;
        event.preventDefault();
        const to = side(event) === "before" ? index : index + 1;
        dispatch({ kind: "move", key: dragged, to: Number(from) < to ? to - 1 : to });
      }}
      className={cx(
        "relative border-b border-line",
        open && "bg-subtle",
        over === "before" && "shadow-[0_-2px_0_var(--accent)]",
        over === "after" && "shadow-[0_2px_0_var(--accent)]",
      )}
    >
      <div className="flex items-start gap-1 py-1.5 pe-1">
        {/* biome-ignore lint/a11y/noStaticElementInteractions: the keyboard has Alt+arrows, and the buttons beside. */}
        <span
          draggable
          onDragStart={(event) => event.dataTransfer.setData(DRAGGED, `${key}:${index}`)}
          title="Drag to another place"
          className="mt-1 flex size-6 shrink-0 cursor-grab items-center justify-center text-faint hover:text-fg pointer-coarse:hidden"
        >
          <Icon name="more" className="rotate-90" />
        </span>
        <button
          type="button"
          aria-expanded={open}
          aria-controls={body}
          data-head
          onClick={() => dispatch({ kind: "open", key: open ? null : key })}
          className="flex min-w-0 flex-1 items-start gap-2 rounded-sm py-1 text-start"
        >
          <span className="num w-5 shrink-0 text-faint">{number}</span>
          <span className="min-w-0 flex-1">
            <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
              <span dir="auto" className="min-w-0 truncate font-medium">
                {question.title || "No title yet"}
              </span>
              <Badge>{typeLabel(question.type)}</Badge>
              <span className="text-sm text-muted">{question.required ? "required" : "optional"}</span>
              <FaultCount faults={faults} />
            </span>
            {!open && <Conditions question={question} questions={questions} />}
          </span>
        </button>
        <CardButtons {...{ entry, number, count: questions.length, dispatch }} />
      </div>
      {open && (
        <div id={body} className="flex flex-col gap-4 ps-8 pe-3 pt-1 pb-5">
          <Editor {...{ entry, index, questions, faults, dispatch }} />
        </div>
      )}
    </li>
  );
}

function FaultCount({ faults }: { faults: Faults }) {
  const count = Object.keys(faults).length;
  if (count === 0) return null;
  return (
    <Badge tone="danger" icon="warning">
      {countOf(count, "thing")} to correct
    </Badge>
  );
}

function Conditions({ question, questions }: { question: Question; questions: readonly Question[] }) {
  const lines = (
    [
      ["Shown when", question.show_if],
      ["Required when", question.required ? [] : question.required_if],
    ] as const
  ).filter(([, conditions]) => conditions && conditions.length > 0);
  return lines.map(([words, conditions]) => (
    <span key={words} className="block text-sm text-muted">
      {words} {conditions?.map((each) => conditionText(each, questions)).join(" and ")}
    </span>
  ));
}

interface ButtonsProps {
  entry: Entry;
  number: number;
  count: number;
  dispatch: (change: Change) => void;
}

function CardButtons({ entry: { key }, number, count, dispatch }: ButtonsProps) {
  const move = (by: 1 | -1) => dispatch({ kind: "move", key, to: number - 1 + by });
  return (
    <div className="flex shrink-0 pt-0.5">
      <IconButton
        icon="chevron-down"
        size="sm"
        className="rotate-180"
        label={`Move question ${number} up (Alt+↑)`}
        aria-keyshortcuts="Alt+ArrowUp"
        disabled={number === 1}
        onClick={() => move(-1)}
      />
      <IconButton
        icon="chevron-down"
        size="sm"
        label={`Move question ${number} down (Alt+↓)`}
        aria-keyshortcuts="Alt+ArrowDown"
        disabled={number === count}
        onClick={() => move(1)}
      />
      <IconButton
        icon="copy"
        size="sm"
        label={`Duplicate question ${number}`}
        onClick={() => dispatch({ kind: "duplicate", key })}
      />
      <IconButton
        icon="trash"
        size="sm"
        label={`Delete question ${number}`}
        onClick={() => dispatch({ kind: "remove", key })}
      />
    </div>
  );
}

type EditorProps = Pick<Props, "entry" | "index" | "questions" | "faults" | "dispatch">;

function Editor({ entry, index, questions, faults, dispatch }: EditorProps) {
  const { question, key } = entry;
  const change = (patch: Partial<Question>) =>
    dispatch({ kind: "edit", key, question: { ...question, ...patch } as Question });
  const { Editor: Own, shown } = typeEditor(question.type);
  const earlier = questions.slice(0, index);
  return (
    <>
      <OtherFaults faults={faults} shown={[...COMMON, ...shown]} />
      <TextField
        label="Question"
        value={question.title}
        error={faults.title}
        onChange={(title) => change({ title })}
      />
      <Field
        label="Explanation"
        hint="Shown below the question while it is asked."
        error={faults.description}
      >
        <Textarea
          rows={1}
          dir="auto"
          className="field-sizing-content min-h-8!"
          value={question.description ?? ""}
          onChange={(event) => change({ description: event.target.value })}
        />
      </Field>
      <Own value={question} faults={faults} onChange={change} questions={questions} />
      <Toggle
        label="Required"
        hint={question.required && (question.show_if?.length ?? 0) > 0 ? "While it is shown." : undefined}
        checked={question.required}
        onChange={(required) => change({ required })}
      />
      {(earlier.length > 0 || (question.show_if?.length ?? 0) > 0) && (
        <ConditionsEditor
          title="Shown"
          always="Always shown."
          path="show_if"
          conditions={question.show_if ?? []}
          earlier={earlier}
          faults={faults}
          onChange={(show_if) => change({ show_if })}
        />
      )}
      {!question.required && (earlier.length > 0 || (question.required_if?.length ?? 0) > 0) && (
        <ConditionsEditor
          title="Required"
          always="Never required."
          path="required_if"
          conditions={question.required_if ?? []}
          earlier={earlier}
          faults={faults}
          onChange={(required_if) => change({ required_if })}
        />
      )}
      <Columns>
        <NameField
          label="Name in the data"
          value={question.name}
          error={faults.name}
          hint="Answers are stored and exported under it."
          onChange={(name) => change({ name })}
        />
      </Columns>
    </>
  );
}

const COMMON = ["name", "title", "description", "show_if", "show_if.*", "required_if", "required_if.*"];
