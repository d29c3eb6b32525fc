import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { fieldError } from "@/lib/api/errors";
import { type ChosenVersion, useVersionChoice } from "./version-fields";

interface VersionForm<F, T> {
  start: F;
  problemsOf: (form: F, version: number | undefined) => Record<string, string>;
  send: (form: F, version: number) => Promise<T>;
  onSent: (answer: T) => void;
}

/** A form about one version of a dataset; what is wrong with it is said once somebody tried to send it. */
export function useVersionForm<F extends ChosenVersion, T>({
  start,
  problemsOf,
  send,
  onSent,
}: VersionForm<F, T>) {
  const [form, setForm] = useState(start);
  const [tried, setTried] = useState(false);
  const edit = (change: Partial<F>) => setForm((before) => ({ ...before, ...change }));
  const choice = useVersionChoice(form);
  const version = choice.chosen?.id;
  const problems = tried ? problemsOf(form, version) : {};
  const mutation = useMutation({ mutationFn: (chosen: number) => send(form, chosen), onSuccess: onSent });
  const wrong = (name: string) =>
    problems[name] ?? fieldError(mutation.error, name) ?? fieldError(mutation.error, `params.${name}`);
  const submit = () => {
    setTried(true);
    if (version !== undefined && Object.keys(problemsOf(form, version)).length === 0) {
      mutation.mutate(version);
    }
  };
  return { form, edit, choice, wrong, mutation, submit };
}
