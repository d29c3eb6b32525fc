import { useMutation } from "@tanstack/react-query";
import { useId, useState } from "react";
import { Button, CopyButton, Dialog, Field, FormError, Textarea } from "@/components/ui";
import { ApiError, messageOf } from "@/lib/api/errors";
import type { Question } from "@/lib/api/types";
import { parseForm } from "./parse-form";
import { validateForm } from "./use-form-faults";

interface Props {
  project: number;
  questions: readonly Question[];
  onApply: (questions: Question[]) => void;
}

/** The form as JSON, to copy, to paste, to edit by hand. Nothing is taken over that the server would refuse. */
export function JsonDialog({ project, questions, onApply }: Props) {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const id = useId();
  const now = JSON.stringify(questions, null, 2);
  const parsed = parseForm(text);
  const apply = useMutation({
    mutationFn: () => validateForm(project, parsed.questions ?? []),
    onSuccess: (valid) => {
      onApply(valid.questions);
      setOpen(false);
    },
  });
  const show = () => {
    setText(now);
    apply.reset();
    setOpen(true);
  };
  return (
    <>
      <Button variant="ghost" onClick={show}>
        Edit as JSON
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        size="lg"
        title="Questions as JSON"
        description="Copy them to another campaign, or paste or edit a list of questions here."
        footer={
          <>
            <CopyButton text={text} />
            <Button
              variant="primary"
              busy={apply.isPending}
              disabled={parsed.questions === null || text === now}
              onClick={() => apply.mutate()}
            >
              Use these questions
            </Button>
          </>
        }
      >
        <div className="flex flex-col gap-3">
          <Refusal error={apply.error} />
          <Field label="Questions" hideLabel error={parsed.fault ?? undefined}>
            <Textarea
              id={id}
              aria-label="Questions"
              rows={22}
              spellCheck={false}
              value={text}
              onChange={(event) => {
                setText(event.target.value);
                apply.reset();
              }}
              className="font-mono text-sm!"
            />
          </Field>
        </div>
      </Dialog>
    </>
  );
}

function Refusal({ error }: { error: unknown }) {
  if (!error) return null;
  const fields = error instanceof ApiError ? Object.entries(error.fields) : [];
  if (fields.length === 0) return <FormError>{messageOf(error)}</FormError>;
  return (
    <div role="alert" className="rounded-md bg-danger-soft px-3 py-2 text-danger">
      <ul className="flex flex-col gap-1">
        {fields.map(([path, sentence]) => (
          <li key={path}>
            <code className="me-2 font-mono text-sm">{path}</code>
            {sentence}
          </li>
        ))}
      </ul>
    </div>
  );
}
