import { useMemo, useReducer } from "react";
import type { Question } from "@/lib/api/types";
import { changeDraft, draftOf, questionsOf } from "./draft";
import { useFormFaults } from "./use-form-faults";

/** A form being built: its draft, what is wrong with it, and whether it differs from what it began as. */
export function useFormDraft(project: number, initial: readonly Question[]) {
  const [draft, dispatch] = useReducer(changeDraft, initial, draftOf);
  const questions = useMemo(() => draft.entries.map((entry) => entry.question), [draft.entries]);
  const faults = useFormFaults(project, questions);
  const began = useMemo(() => JSON.stringify(questionsOf(draftOf(initial))), [initial]);
  return { draft, dispatch, questions, faults, changed: JSON.stringify(questions) !== began };
}

export type FormDraft = ReturnType<typeof useFormDraft>;
