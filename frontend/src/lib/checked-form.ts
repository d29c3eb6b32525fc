/** Long forms that are checked before they are sent: what was typed, what is wrong with it, and where to look first. */
import { useEffect, useState } from "react";
import { ApiError, messageOf } from "./api/errors";
import { refusalsOf, type SchemaField } from "./schema-form";

/** Sentences by the name of the field they are about. */
type Problems = Record<string, string>;

/** What stands in a form, and which of its fields were changed since the server refused it. */
export function useFormEdits<F extends object>(start: F) {
  const [initial] = useState(start);
  const [form, setForm] = useState(initial);
  const [changed, setChanged] = useState<ReadonlySet<string>>(new Set());
  /** `names` are those of fields whose part of the form is called otherwise, such as `options.seed`. */
  const edit = (change: Partial<F>, ...names: string[]) => {
    setForm((before) => ({ ...before, ...change }));
    setChanged((before) => new Set([...before, ...Object.keys(change), ...names]));
  };
  /** Call when the server has refused what stands there now. */
  const settle = () => setChanged(new Set());
  return { form, edit, changed, settle, isDirty: form !== initial };
}

interface Checks {
  /** Of the form element. */
  id: string;
  changed: ReadonlySet<string>;
  problems: () => Problems;
  /** What the server answered, and what of it is about a field. */
  error: unknown;
  refused: Problems;
  send: () => void;
}

/**
 * Says of each field what is wrong: what can be seen here, once somebody tried to send the form, and what the server
 * refused, until the field is changed. Sends only a form without problems; else, and when the server refuses it, the
 * first problem comes into sight.
 */
export function useFormChecks({ id, changed, problems, error, refused, send }: Checks) {
  const [tried, setTried] = useState(false);
  const own = tried ? problems() : {};
  const wrong = (name: string) => own[name] ?? (changed.has(name) ? undefined : refused[name]);
  const submit = () => {
    setTried(true);
    if (Object.keys(problems()).length === 0) send();
    else toFirstProblem(id);
  };
  useEffect(() => {
    if (error) toFirstProblem(id);
  }, [error, id]);
  return { wrong, submit, isIncomplete: Object.keys(own).length > 0 };
}

/** After the page has drawn what is wrong; a closed group opens so that it can be seen. */
function toFirstProblem(id: string): void {
  requestAnimationFrame(() => {
    const first = document.querySelector<HTMLElement>(`#${id} [aria-invalid="true"], #${id} [role="alert"]`);
    first?.scrollIntoView({ block: "center" });
    if (first?.matches("input,select,textarea")) first.focus({ preventScroll: true });
  });
}

/** Problems of a part of a form, by the form's names: `seed` as `options.seed`. */
export const named = (within: string, problems: Problems): Problems =>
  Object.fromEntries(Object.entries(problems).map(([name, text]) => [`${within}.${name}`, text]));

/** What the server refused, by the form's names. `parts` are the fields of a schema that stand under a name. */
export function refusedOf(error: unknown, parts: Record<string, SchemaField[]>): Problems {
  if (!(error instanceof ApiError)) return {};
  const found = Object.entries(parts).map(([within, fields]) =>
    named(within, refusalsOf(fields, error.fields, error.message, within)),
  );
  return Object.assign({}, error.fields, ...found);
}

/** A refusal that no field of the form shows still has to be read. `places` are the names of those that show one. */
export function unplaced(error: unknown, refused: Problems, places: RegExp): string | undefined {
  if (!error) return undefined;
  return Object.keys(refused).some((name) => places.test(name)) ? undefined : messageOf(error);
}
