import { FormError } from "@/components/ui";
import { useProject } from "@/lib/session";
import { FormPreview } from "./form-preview";
import { JsonDialog } from "./json-dialog";
import { QuestionList } from "./question-list";
import type { FormDraft } from "./use-form-draft";

/** Questions on one side, the page they make on the other. */
export function FormBuilder({ form, hint }: { form: FormDraft; hint?: string }) {
  const project = useProject();
  const { draft, dispatch, questions, faults } = form;
  const sound = questions.filter((question) => !faults.faulty.includes(question));
  return (
    <div className="grid gap-x-10 gap-y-8 lg:grid-cols-[minmax(0,5fr)_minmax(0,6fr)]">
      <section aria-label="Questions">
        <div className="mb-2 flex min-h-8 flex-wrap items-center gap-2">
          <h2 className="flex-1 text-base">Questions</h2>
          <JsonDialog
            project={project.id}
            questions={questions}
            onApply={(next) =>
              dispatch({
                kind: "replace",
                questions: next,
                label: "The questions were replaced by those from JSON.",
              })
            }
          />
        </div>
        {faults.general.map((sentence) => (
          <FormError key={sentence}>{sentence}</FormError>
        ))}
        <QuestionList draft={draft} questions={questions} faultsOf={faults.of} dispatch={dispatch} />
      </section>
      <div className="flex flex-col self-start lg:sticky lg:top-16">
        <FormPreview
          questions={sound}
          leftOut={questions.length - sound.length}
          {...(hint !== undefined && { hint })}
        />
      </div>
    </div>
  );
}
