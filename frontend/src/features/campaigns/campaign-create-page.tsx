import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { Markdown } from "@/components/markdown";
import {
  Button,
  Checkbox,
  Field,
  FormError,
  Input,
  LinkButton,
  Page,
  Section,
  Select,
  Textarea,
} from "@/components/ui";
import { fieldError, formError } from "@/lib/api/errors";
import type { PairwiseQuestion } from "@/lib/api/types";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";
import { createCampaign } from "./api";
import { DockPreview } from "./dock-preview";
import { DEFAULT_CHOICES, type FormChoices, questionsOf } from "./questions";

const GUIDELINES = `Choose the response you would rather have received.

1. **Right before fluent.** A correct plain answer beats a wrong eloquent one.
2. **The request decides.** If it asks for one sentence, a page is worse.
3. Say *about the same* when you would not mind which one you got, *both bad* when neither should be used.`;

export function CampaignCreatePage() {
  const project = useProject();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [guidelines, setGuidelines] = useState(GUIDELINES);
  const [overlap, setOverlap] = useState("1");
  const [minutes, setMinutes] = useState("15");
  const [choices, setChoices] = useState<FormChoices>(DEFAULT_CHOICES);
  const patch = (change: Partial<FormChoices>) => setChoices({ ...choices, ...change });

  const create = useMutation({
    mutationFn: () =>
      createCampaign(project.id, {
        name,
        guidelines,
        questions: questionsOf(choices),
        overlap: Number(overlap),
        lease_seconds: Math.round(Number(minutes) * 60),
      }),
    onSuccess: (campaign) => {
      void client.invalidateQueries({ queryKey: ["campaigns", project.id] });
      void navigate({ to: paths.campaign(project.id, campaign.id) });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };

  return (
    <Page
      title="Create campaign"
      trail={[
        { label: project.name, to: paths.project(project.id) },
        { label: "Campaigns", to: paths.campaigns(project.id) },
      ]}
    >
      <form onSubmit={submit} className="grid gap-x-12 gap-y-8 lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
        <div className="flex flex-col gap-4">
          <FormError>{formError(create.error)}</FormError>
          <Field label="Name" required error={fieldError(create.error, "name")}>
            <Input
              value={name}
              onChange={(event) => setName(event.target.value)}
              maxLength={120}
              autoComplete="off"
            />
          </Field>
          <Field label="Question" required hint="Asked below every pair of responses.">
            <Input
              value={choices.title}
              onChange={(event) => patch({ title: event.target.value })}
              maxLength={200}
            />
          </Field>
          <div className="grid grid-cols-2 gap-4">
            <Field label="Scale" required>
              <Select
                value={String(choices.steps)}
                onChange={(event) =>
                  patch({ steps: Number(event.target.value) as PairwiseQuestion["steps"] })
                }
                options={[
                  { value: "3", label: "3 steps (−1 … 1)" },
                  { value: "5", label: "5 steps (−2 … 2)" },
                  { value: "7", label: "7 steps (−3 … 3)" },
                ]}
              />
            </Field>
            <Field label="Rationale" required>
              <Select
                value={choices.rationale}
                onChange={(event) => patch({ rationale: event.target.value as FormChoices["rationale"] })}
                options={[
                  { value: "none", label: "Not asked" },
                  { value: "optional", label: "Optional" },
                  { value: "required", label: "Required" },
                ]}
              />
            </Field>
          </div>
          <div className="flex flex-wrap gap-x-6 gap-y-2">
            <Checkbox
              label="Allow “about the same”"
              checked={choices.tie}
              onChange={(event) => patch({ tie: event.target.checked })}
            />
            <Checkbox
              label="Allow “both bad”"
              checked={choices.bothBad}
              onChange={(event) => patch({ bothBad: event.target.checked })}
            />
          </div>
          <div className="grid grid-cols-2 gap-4">
            <Field
              label="Answers per item"
              required
              hint="How many different people judge each item."
              error={fieldError(create.error, "overlap")}
            >
              <Input
                type="number"
                min={1}
                max={50}
                value={overlap}
                onChange={(event) => setOverlap(event.target.value)}
              />
            </Field>
            <Field
              label="Minutes to answer"
              required
              hint="After this an unanswered item goes to somebody else."
              error={fieldError(create.error, "lease_seconds")}
            >
              <Input
                type="number"
                min={1}
                max={1440}
                value={minutes}
                onChange={(event) => setMinutes(event.target.value)}
              />
            </Field>
          </div>
          <Field
            label="Guidelines"
            hint="Markdown. Annotators have them one key away."
            error={fieldError(create.error, "guidelines")}
          >
            <Textarea rows={10} value={guidelines} onChange={(event) => setGuidelines(event.target.value)} />
          </Field>
          <div className="flex gap-2">
            <Button type="submit" variant="primary" busy={create.isPending}>
              Create campaign
            </Button>
            <LinkButton to={paths.campaigns(project.id)}>Back</LinkButton>
          </div>
        </div>
        <div>
          <Section title="What annotators see">
            <DockPreview questions={questionsOf(choices)} />
          </Section>
          <Section title="Guidelines">
            {guidelines.trim() ? (
              <Markdown text={guidelines} compact />
            ) : (
              <p className="text-muted">
                Without guidelines everybody judges by their own. Write two sentences at least.
              </p>
            )}
          </Section>
        </div>
      </form>
    </Page>
  );
}
