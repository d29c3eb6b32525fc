import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useAction } from "@/actions";
import { ChoiceCards } from "@/components/choice-cards";
import {
  blockOf,
  ExportCheckLine,
  type ExportFormat,
  ExportOptionFields,
  useExportCheck,
  useOptionFields,
} from "@/components/export-options";
import { ActionButton, Button, FormError } from "@/components/ui";
import { ApiError, formError } from "@/lib/api/errors";
import type { DataExport, Snapshot } from "@/lib/api/types";
import { type Entries, paramsOf, problemsOf, refusalsOf } from "@/lib/schema-form";
import { createExport } from "./api";
import { formatGroups, servesWords } from "./export-words";

interface Props {
  snapshot: Snapshot;
  formats: ExportFormat[];
  onStarted: (job: number) => void;
  onClose: () => void;
}

/** Choose a format by what it is for, then what may be chosen about it. */
export function NewExport({ snapshot, formats, onStarted, onClose }: Props) {
  const top = useRef<HTMLHeadingElement>(null);
  const [key, setKey] = useState<string>(formats[0]?.key ?? "");
  const [entries, setEntries] = useState<Entries>({});
  const [tried, setTried] = useState(false);
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const format = formats.find((each) => each.key === key);
  const fields = useOptionFields(format, snapshot);
  const create = useMutation({
    mutationFn: () => createExport(snapshot.id, key as DataExport["format"], paramsOf(fields, entries)),
    onSuccess: (job) => onStarted(job.id),
    onError: () => setTouched(new Set()),
  });
  const refused =
    create.error instanceof ApiError
      ? refusalsOf(fields, create.error.fields, create.error.message, "options")
      : {};
  const problems = {
    ...Object.fromEntries(Object.entries(refused).filter(([name]) => !touched.has(name))),
    ...(tried ? problemsOf(fields, entries) : {}),
  };
  const isFilled = Object.keys(problemsOf(fields, entries)).length === 0;
  const check = useExportCheck({
    snapshot: snapshot.id,
    format: format?.key,
    options: isFilled ? paramsOf(fields, entries) : null,
  });
  const block = blockOf(check.current, false);
  const submit = () => {
    setTried(true);
    if (isFilled && !block) create.mutate();
  };
  const action = useAction({
    id: "export.write",
    label: "Write export",
    keys: ["$mod+Enter"],
    whileTyping: true,
    group: "Exports",
    icon: "download",
    when: () => format !== undefined && !create.isPending,
    run: submit,
  });
  useEffect(() => top.current?.focus(), []);
  const isPlaced = Object.keys(refused).length > 0;
  return (
    <form
      noValidate
      className="mb-8 border-b border-line pb-6"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className="mb-3 flex items-center gap-3">
        <h2 ref={top} tabIndex={-1} className="flex-1 text-base outline-none">
          New export
        </h2>
        <Button size="sm" variant="ghost" icon="close" onClick={onClose}>
          Close
        </Button>
      </div>
      <div className="flex flex-col gap-6">
        {formatGroups(formats).map((group) => (
          <div key={group.title}>
            <h3 className="font-medium">{group.title}</h3>
            <p className="mb-2 text-sm text-muted">{group.hint}</p>
            <ChoiceCards
              legend={group.title}
              value={key}
              onChange={(next) => {
                setKey(next);
                setEntries({});
                setTried(false);
                create.reset();
              }}
              options={group.formats.map((each) => ({
                value: each.key,
                title: each.title,
                text: each.description,
                note: servesWords(each),
              }))}
            />
          </div>
        ))}
        {format && (
          <section aria-label={`Options of ${format.title}`} className="max-w-[960px]">
            <h3 className="mb-3 font-medium">Options of {format.title}</h3>
            <ExportOptionFields
              fields={fields}
              entries={entries}
              problems={problems}
              onChange={(name, entry) => {
                setEntries((before) => ({ ...before, [name]: entry }));
                setTouched((before) => new Set([...before, name]));
              }}
            />
            <div className="mt-4">
              <ExportCheckLine check={check} problem={(tried && block) || undefined} />
            </div>
          </section>
        )}
        <FormError>{create.error && !isPlaced && formError(create.error)}</FormError>
        <FormError>{create.error && !isPlaced && !formError(create.error) && create.error.message}</FormError>
        <div className="flex gap-2">
          <ActionButton action={action} variant="primary" busy={create.isPending} />
          <Button onClick={onClose}>Not now</Button>
        </div>
      </div>
    </form>
  );
}
