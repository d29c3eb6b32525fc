import { useActions } from "@/actions";
import { ANNOTATE } from "@/actions/catalogue";
import { Button } from "@/components/ui";
import { useT } from "@/lib/i18n";
import { KeyOf } from "../key-of";
import type { QuestionProps } from "../module";
import { QuestionLine } from "../question-line";
import { useShared } from "../shared-store";
import { EMPTY } from "../spans/answer";
import { queuePlaces } from "../spans/queue";
import { spansStore } from "../spans/ui-store";
import { responseTargets, targetName, textOf } from "../targets";
import type { EditAnswer, EditQuestion, SpansAnswer, SpansQuestion, Target } from "../types";
import { editOf, emptied, withEdit } from "./answer";
import { changedPassages, changesBetween } from "./changes";
import { editStore } from "./ui-store";

/** Which responses were corrected; starts an edit, and hands its changes to a spans question. */
export function EditDock(props: QuestionProps<EditQuestion, EditAnswer>) {
  const { question, answer, item, active, onActivate, onChange, readOnly } = props;
  const t = useT();
  const store = editStore(item.id, question.name);
  const ui = useShared(store);
  const targets = responseTargets(item);
  const start = (target: Target | undefined) => {
    if (target === undefined || readOnly) return;
    if (!active) onActivate();
    store.set({ editing: target });
  };
  const first = props.form.questions.find((each) => each.type === "edit")?.name;
  useActions([
    {
      ...ANNOTATE.edit,
      when: () => !readOnly && (active || first === question.name),
      run: () => start(ui.focused ?? targets[0]),
    },
  ]);

  return (
    <QuestionLine {...props}>
      <div className="flex min-w-0 flex-1 flex-col gap-1.5">
        <ul className="flex flex-wrap gap-1.5">
          {targets.map((target) => {
            const edited = editOf(answer, target);
            return (
              <li key={target} className="flex items-center gap-1">
                <Button aria-pressed={ui.editing === target} icon="edit" onClick={() => start(target)}>
                  {edited === undefined
                    ? t("Edit {{text}}", { text: targetName(item, target, t) })
                    : t("{{text}} edited ✓", { text: targetName(item, target, t) })}
                  {active && target === (ui.focused ?? targets[0]) && <KeyOf id="annotate.edit" keys="e" />}
                </Button>
                {edited !== undefined && (
                  <Button
                    variant="ghost"
                    size="sm"
                    onClick={() => onChange(withEdit(answer, item, target, textOf(item, target) ?? ""))}
                  >
                    {t("Back to the original")}
                  </Button>
                )}
              </li>
            );
          })}
          <OfferMarks {...props} />
        </ul>
        {emptied(answer) && (
          <p role="status" className="text-sm text-danger">
            {t("An edited response cannot be empty. Write something or go back to the original.")}
          </p>
        )}
      </div>
    </QuestionLine>
  );
}

/** Once something is changed: the changed passages as errors to be categorised, one key each. */
function OfferMarks(props: QuestionProps<EditQuestion, EditAnswer>) {
  const { question, answer, item, form, answers } = props;
  const t = useT();
  const into = form.questions.find((each) => each.name === question.marks_into && each.type === "spans");
  const edits = answer?.edits ?? [];
  if (!into || edits.length === 0) return null;
  const spans = into as SpansQuestion;

  const offer = async () => {
    const store = spansStore(item.id, spans.name);
    const given = (answers[spans.name] as SpansAnswer | undefined) ?? EMPTY;
    const places = [];
    for (const edit of edits) {
      const parts = await changesBetween(textOf(item, edit.response) ?? "", edit.text);
      const context = { question: spans, answer: given, item, store, target: edit.response, t };
      places.push(
        ...queuePlaces(
          { ...context, onChange: () => undefined, onDone: () => undefined },
          edit.response,
          changedPassages(parts ?? []),
        ),
      );
    }
    if (places[0]) {
      store.set({
        target: places[0].target,
        mode: { kind: "queue", places },
        active: null,
        selection: null,
        message: null,
      });
    } else {
      store.set({ message: t("Nothing was taken out of the original that is not marked already.") });
    }
    activate(spans.name);
  };
  return (
    <li>
      <Button onClick={() => void offer()}>{t("Mark the changed passages as errors")}</Button>
    </li>
  );
}

/** Gives another question the keys: its line takes them when something in it is focused. */
function activate(question: string): void {
  const line = document.querySelector(`[data-question="${CSS.escape(question)}"]`);
  const button = line?.querySelector<HTMLElement>("button, textarea, input");
  button?.focus({ preventScroll: true });
  // Enter shall mean the question's own "go on", not this button.
  button?.blur();
}
