import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Async, Button, Checkbox, Dialog, Field, FormError, Textarea, toast } from "@/components/ui";
import { fieldError, messageOf } from "@/lib/api/errors";
import type { Campaign, FormCheck, Question } from "@/lib/api/types";
import { countOf } from "@/lib/format";
import { campaignQuery, changeForm, checkForm } from "./api";

interface Props {
  campaign: Campaign;
  questions: Question[];
  onClose: () => void;
  onSaved: () => void;
  onRefused: (error: unknown) => void;
}

/** What a new version of the questions does to the answers given so far, and what to do about it. */
export function FormChangeDialog({ campaign, questions, onClose, onSaved, onRefused }: Props) {
  const client = useQueryClient();
  const [reopen, setReopen] = useState(false);
  const [note, setNote] = useState("");
  const [dropped, setDropped] = useState<string[]>([]);
  const check = useQuery({
    queryKey: ["campaign", campaign.id, "form-check", questions],
    queryFn: () => checkForm(campaign.id, questions),
    retry: false,
    gcTime: 0,
  });
  const carries = check.data?.carries ?? [];
  const save = useMutation({
    mutationFn: () =>
      changeForm(campaign.id, {
        questions,
        carry_over: dropped.length > 0 ? carries.filter((name) => !dropped.includes(name)) : null,
        reopen,
        note,
      }),
    onError: onRefused,
    onSuccess: ({ form, reopened }) => {
      toast.ok(
        `Version ${form.version} is asked from now on.${reopened > 0 ? ` ${countOf(reopened, "answer")} asked for again.` : ""}`,
      );
      onSaved();
      void client.invalidateQueries({ queryKey: campaignQuery(campaign.id).queryKey });
    },
  });
  const answered = campaign.progress.feedback;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Save version ${campaign.form.version + 1} of the questions`}
      description="Answers stay as they were given. This decides which of them also count under the new version."
      size="lg"
      footer={
        <>
          <Button onClick={onClose}>Back to the questions</Button>
          <Button
            variant="primary"
            busy={save.isPending}
            disabled={!check.data}
            onClick={() => save.mutate()}
          >
            {reopen ? "Save and ask again" : "Save version"}
          </Button>
        </>
      }
    >
      <Async query={check}>
        {(change) => (
          <div className="flex flex-col gap-5">
            <FormError>{save.error ? messageOf(save.error) : undefined}</FormError>
            <Changes
              change={change}
              before={campaign.form.questions}
              after={questions}
              dropped={dropped}
              onDrop={setDropped}
            />
            <Decision campaign={campaign} answered={answered} reopen={reopen} onChange={setReopen} />
            <Field
              label="Note"
              hint="Why the questions change; shown in the version history."
              error={fieldError(save.error, "note")}
            >
              <Textarea
                rows={2}
                className="min-h-14!"
                value={note}
                maxLength={500}
                onChange={(event) => setNote(event.target.value)}
              />
            </Field>
          </div>
        )}
      </Async>
    </Dialog>
  );
}

interface ChangesProps {
  change: FormCheck;
  before: readonly Question[];
  after: readonly Question[];
  dropped: string[];
  onDrop: (names: string[]) => void;
}

function Changes({ change, before, after, dropped, onDrop }: ChangesProps) {
  const titleOf = (name: string) =>
    (after.find((each) => each.name === name) ?? before.find((each) => each.name === name))?.title ?? name;
  const title = (name: string) => <span className="font-medium">{titleOf(name)}</span>;
  return (
    <dl className="grid grid-cols-[minmax(110px,auto)_1fr] gap-x-6 gap-y-3 max-sm:grid-cols-1">
      <Part
        term="Carries over"
        names={change.carries}
        none="No answer counts under the new version."
        line={(name) => (
          <Checkbox
            label={title(name)}
            checked={!dropped.includes(name)}
            onChange={(event) =>
              onDrop(event.target.checked ? dropped.filter((each) => each !== name) : [...dropped, name])
            }
          />
        )}
      />
      <Part
        term="Asked again"
        names={change.asked_again.map((each) => each.name)}
        line={(name) => (
          <>
            {title(name)}
            <span className="block text-sm text-muted">
              {change.asked_again.find((each) => each.name === name)?.reason}
            </span>
          </>
        )}
      />
      <Part term="Added" names={change.added} line={title} />
      <Part
        term="Removed"
        names={change.removed}
        line={(name) => (
          <>
            {title(name)} <span className="text-sm text-muted">its answers are kept, and asked no more</span>
          </>
        )}
      />
    </dl>
  );
}

interface PartProps {
  term: string;
  names: readonly string[];
  /** Said when the list is empty; without it an empty part is left out. */
  none?: string;
  line: (name: string) => ReactNode;
}

function Part({ term, names, none, line }: PartProps) {
  if (names.length === 0 && !none) return null;
  return (
    <>
      <dt className="text-muted">{term}</dt>
      <dd>
        {names.length === 0 ? (
          none
        ) : (
          <ul className="flex flex-col gap-1">
            {names.map((name) => (
              <li key={name}>{line(name)}</li>
            ))}
          </ul>
        )}
      </dd>
    </>
  );
}

interface DecisionProps {
  campaign: Campaign;
  answered: number;
  reopen: boolean;
  onChange: (reopen: boolean) => void;
}

function Decision({ campaign, answered, reopen, onChange }: DecisionProps) {
  if (answered === 0) {
    return <p className="text-muted">Nobody has answered yet, so there is nothing to ask again.</p>;
  }
  const choices = [
    {
      value: false,
      label: "Keep old answers as they are",
      sentence: `${countOf(answered, "answer")} to ${countOf(campaign.progress.completed_items, "completed item")} stand. Only new answers have the new questions; whoever holds an item now finishes it under the old ones.`,
    },
    {
      value: true,
      label: "Ask again where something is missing",
      sentence:
        "Every answer that leaves a required question of the new version open is asked for again, with what carries over filled in. Saving says how many.",
    },
  ];
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 font-medium">Answers given so far</legend>
      {choices.map((choice) => (
        <label key={choice.label} className="flex items-start gap-2">
          <input
            type="radio"
            name="reopen"
            checked={reopen === choice.value}
            onChange={() => onChange(choice.value)}
            className="mt-0.5 size-4 accent-[var(--accent)]"
          />
          <span>
            {choice.label}
            <span className="block text-sm text-muted">{choice.sentence}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
