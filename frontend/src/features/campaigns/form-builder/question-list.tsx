import { useEffect, useRef, useState } from "react";
import { useActions } from "@/actions";
import { Button, DropdownMenu, EmptyState, Icon, MenuItem } from "@/components/ui";
import type { Question } from "@/lib/api/types";
import { TYPES, typeLabel } from "./catalogue";
import type { Faults } from "./checks";
import type { Change, Draft } from "./draft";
import { QuestionCard } from "./question-card";

interface Props {
  draft: Draft;
  questions: readonly Question[];
  faultsOf: (question: Question) => Faults;
  dispatch: (change: Change) => void;
}

const MAX_QUESTIONS = 30;

export function QuestionList({ draft, questions, faultsOf, dispatch }: Props) {
  const list = useRef<HTMLOListElement>(null);
  const said = useMoves(draft, list, dispatch);
  const last = draft.undo.at(-1);
  return (
    <div>
      {draft.entries.length === 0 ? (
        <EmptyState title="No question yet" action={<AddMenu dispatch={dispatch} />}>
          A form asks at least one question. Add one, or choose a template.
        </EmptyState>
      ) : (
        <>
          <ol ref={list} aria-label="Questions" className="border-t border-line">
            {draft.entries.map((entry, index) => (
              <QuestionCard
                key={entry.key}
                entry={entry}
                index={index}
                questions={questions}
                faults={faultsOf(entry.question)}
                open={draft.open === entry.key}
                dispatch={dispatch}
              />
            ))}
          </ol>
          <div className="pt-3">
            <AddMenu dispatch={dispatch} disabled={draft.entries.length >= MAX_QUESTIONS} />
          </div>
        </>
      )}
      <div role="status" className="text-sm">
        {last && (
          <p className="mt-3 flex items-center gap-3 rounded-md bg-sunken px-3 py-1.5">
            <span className="min-w-0 flex-1 truncate">{last.label}</span>
            <Button size="sm" icon="undo" onClick={() => dispatch({ kind: "undo" })}>
              Undo
            </Button>
          </p>
        )}
        <span className="sr-only">{said}</span>
      </div>
    </div>
  );
}

function AddMenu({ dispatch, disabled }: { dispatch: Props["dispatch"]; disabled?: boolean }) {
  return (
    <DropdownMenu
      align="start"
      className="w-[420px] max-w-[calc(100vw-32px)]"
      trigger={
        <Button icon="plus" disabled={disabled}>
          Add question
          <Icon name="chevron-down" />
        </Button>
      }
    >
      {TYPES.map(({ type, sentence }) => (
        <MenuItem key={type} onSelect={() => dispatch({ kind: "add", type })}>
          <span className="block font-medium">{typeLabel(type)}</span>
          <span className="block text-sm text-muted">{sentence}</span>
        </MenuItem>
      ))}
    </DropdownMenu>
  );
}

/** Alt+↑ and Alt+↓ move the question the focus is in; the focus goes with it. Returns what screen readers hear. */
function useMoves(
  draft: Draft,
  list: React.RefObject<HTMLOListElement | null>,
  dispatch: Props["dispatch"],
): string {
  const [said, setSaid] = useState("");
  const refocus = useRef<Element | null>(null);
  const place = () => {
    const focused = document.activeElement;
    const key = focused?.closest("[data-entry]")?.getAttribute("data-entry");
    const index = draft.entries.findIndex((entry) => entry.key === key);
    return focused && list.current?.contains(focused) ? index : -1;
  };
  const move = (by: 1 | -1) => {
    const index = place();
    const entry = draft.entries[index];
    if (!entry || index + by < 0 || index + by >= draft.entries.length) return;
    refocus.current = document.activeElement;
    dispatch({ kind: "move", key: entry.key, to: index + by });
    setSaid(`“${entry.question.title}” is now ${index + by + 1} of ${draft.entries.length}.`);
  };
  const common = { group: "Form", keyOnly: true, whileTyping: true, repeat: true, when: () => place() >= 0 };
  useActions([
    { ...common, id: "form.move-up", label: "Move question up", keys: ["Alt+ArrowUp"], run: () => move(-1) },
    {
      ...common,
      id: "form.move-down",
      label: "Move question down",
      keys: ["Alt+ArrowDown"],
      run: () => move(1),
    },
  ]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: after every change of the order.
  useEffect(() => {
    const element = refocus.current;
    refocus.current = null;
    if (element instanceof HTMLElement && element.isConnected) {
      element.focus();
      element.scrollIntoView({ block: "nearest" });
    }
  }, [draft.entries]);
  const opened = useRef(draft.open);
  useEffect(() => {
    if (draft.open === opened.current) return;
    opened.current = draft.open;
    const card = list.current?.querySelector(`[data-entry="${draft.open}"]`);
    card?.scrollIntoView({ block: "nearest" });
  }, [draft.open, list]);
  return said;
}
