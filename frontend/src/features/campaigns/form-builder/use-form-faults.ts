import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { api } from "@/lib/api/client";
import { ApiError } from "@/lib/api/errors";
import type { Question } from "@/lib/api/types";
import { type Faults, faultsOf, serverFaults } from "./checks";

const WAIT_MS = 600;

export type Checked = "no" | "asking" | "yes";

/** The server's word on a list of questions: the list with every default filled in, or its refusal. */
export const validateForm = (project: number, questions: readonly Question[], signal?: AbortSignal) =>
  api.post<{ questions: Question[] }>(`/api/projects/${project}/forms/validate/`, { questions }, { signal });

/**
 * What is wrong with the questions: what the browser sees at once, and what the server says a moment later. A
 * sentence of the server stays with the very question it was about, until that is changed.
 */
export function useFormFaults(project: number, questions: readonly Question[]) {
  const told = useRef(new WeakMap<Question, Faults>());
  const [general, setGeneral] = useState<{ of: readonly Question[]; sentences: string[] } | null>(null);
  const [approved, setApproved] = useState<readonly Question[] | null>(null);
  const [, redraw] = useState(0);

  const own = useMemo(
    () => new Map(questions.map((question, index) => [question, faultsOf(question, index, questions)])),
    [questions],
  );
  const clean = questions.length > 0 && [...own.values()].every((faults) => Object.keys(faults).length === 0);

  const take = useCallback((error: unknown, of: readonly Question[]) => {
    if (!(error instanceof ApiError)) return;
    for (const [index, faults] of serverFaults(error.fields)) {
      const question = of[index];
      if (question) told.current.set(question, faults);
      else setGeneral({ of, sentences: Object.values(faults) });
    }
    redraw((count) => count + 1);
  }, []);

  useEffect(() => {
    if (!clean) return;
    const call = new AbortController();
    const timer = setTimeout(() => {
      validateForm(project, questions, call.signal).then(
        () => setApproved(questions),
        (error) => !call.signal.aborted && take(error, questions),
      );
    }, WAIT_MS);
    return () => {
      clearTimeout(timer);
      call.abort();
    };
  }, [project, questions, clean, take]);

  const of = (question: Question): Faults => ({ ...told.current.get(question), ...own.get(question) });
  const faulty = questions.filter((question) => Object.keys(of(question)).length > 0);
  return {
    of,
    /** Questions with something to correct. */
    faulty,
    /** Refusals that belong to no question. */
    general: general?.of === questions ? general.sentences : [],
    checked: (approved === questions ? "yes" : clean && faulty.length === 0 ? "asking" : "no") as Checked,
    /** Takes over what a refused save said. */
    take: (error: unknown) => take(error, questions),
  };
}

export type FormFaults = ReturnType<typeof useFormFaults>;
