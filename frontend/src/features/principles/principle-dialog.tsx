import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Field, FormDialog, Input, Select, Textarea } from "@/components/ui";
import { fieldError } from "@/lib/api/errors";
import type { Principle, PrincipleDetail } from "@/lib/api/types";
import { formatCount } from "@/lib/format";
import { useProject } from "@/lib/session";
import { changePrinciple, createPrinciple, type PrincipleBody, principleQuery } from "./api";
import { conditionsOf, textsOf } from "./conditions";
import { KIND_HINTS, KINDS } from "./kinds";

const MAX_TEXT = 4000;

interface Props {
  /** What is changed; without it a new one is written. */
  principle?: PrincipleDetail;
  /** What a new one begins with. */
  start?: PrincipleBody;
  onClose: () => void;
  onSaved?: (saved: PrincipleDetail) => void;
}

/** Title, text and the rows a principle is about. */
export function PrincipleDialog({ principle, start, onClose, onSaved }: Props) {
  const project = useProject();
  const client = useQueryClient();
  const before = principle ?? start ?? { title: "", text: "", applies_to: {} };
  const [kind, setKind] = useState<Principle["kind"]>("principle");
  const [title, setTitle] = useState(before.title);
  const [text, setText] = useState(before.text);
  const [texts, setTexts] = useState(() => textsOf(before.applies_to));
  const { conditions, fault } = conditionsOf(texts);
  const save = useMutation({
    mutationFn: () => {
      const body = { title, text, applies_to: conditions };
      return principle
        ? changePrinciple(principle.id, { ...body, based_on: principle.version })
        : createPrinciple(project.id, { ...body, kind });
    },
    onSuccess: (saved) => {
      client.setQueryData(principleQuery(saved.id).queryKey, saved);
      void client.invalidateQueries({ queryKey: ["principles", project.id] });
      onSaved?.(saved);
      onClose();
    },
  });
  const shared = (principle?.campaign_count ?? 0) > 0;
  return (
    <FormDialog
      onClose={onClose}
      size="lg"
      title={principle ? "Change the principle" : "New principle"}
      description={
        principle
          ? `Saving makes version ${principle.version + 1}. ${shared ? "Campaigns that show it get new guidelines, and judges" : "Judges"} go by it from their next run.`
          : "Judges are asked with it and annotators read it beside the item. Every verdict names its version."
      }
      submit={principle ? `Save version ${principle.version + 1}` : "Add to the library"}
      mutation={save}
      disabled={fault !== undefined || text.length > MAX_TEXT}
      onSubmit={() => save.mutate()}
    >
      {!principle && (
        <Field label="Kind" required hint={KIND_HINTS[kind]}>
          <Select
            value={kind}
            onChange={(event) => setKind(event.target.value as Principle["kind"])}
            options={Object.entries(KINDS).map(([value, label]) => ({ value, label }))}
          />
        </Field>
      )}
      <Field label="Title" required error={fieldError(save.error, "title")}>
        <Input
          dir="auto"
          value={title}
          maxLength={200}
          autoComplete="off"
          onChange={(event) => setTitle(event.target.value)}
        />
      </Field>
      <Field
        label="Text"
        required
        hint={`Markdown. ${formatCount(text.length)} of ${formatCount(MAX_TEXT)} characters.`}
        error={
          text.length > MAX_TEXT ? "Too long: split it in two principles." : fieldError(save.error, "text")
        }
      >
        <Textarea rows={6} dir="auto" value={text} onChange={(event) => setText(event.target.value)} />
      </Field>
      <fieldset className="flex flex-col gap-3 border-s-2 border-line ps-4">
        <legend className="sr-only">Rows it is about</legend>
        <p className="text-muted">
          Every row, unless you narrow it. Each condition that is filled in must hold, for any one of its
          values.
        </p>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field
            label="Prompt mentions"
            hint="Words, between commas."
            error={fieldError(save.error, "applies_to.keywords")}
          >
            <Input
              dir="auto"
              value={texts.keywords}
              onChange={(event) => setTexts({ ...texts, keywords: event.target.value })}
            />
          </Field>
          <Field
            label="Tagged"
            hint="The record’s tags, between commas."
            error={fieldError(save.error, "applies_to.tags")}
          >
            <Input
              dir="auto"
              value={texts.tags}
              onChange={(event) => setTexts({ ...texts, tags: event.target.value })}
            />
          </Field>
        </div>
        <Field
          label="Metadata"
          hint="A key and its values on each line: language = de, fr"
          error={fault ?? fieldError(save.error, "applies_to.metadata")}
        >
          <Textarea
            rows={2}
            className="min-h-14! font-mono text-sm"
            value={texts.metadata}
            spellCheck={false}
            onChange={(event) => setTexts({ ...texts, metadata: event.target.value })}
          />
        </Field>
      </fieldset>
    </FormDialog>
  );
}
