import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useEffect, useState } from "react";
import { Markdown } from "@/components/markdown";
import { Button, Field, FormError, Input, LinkButton, Page, Section, Textarea } from "@/components/ui";
import { useUnsavedGuard } from "@/components/unsaved-guard";
import { ApiError, fieldError, messageOf } from "@/lib/api/errors";
import { countOf } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";
import { createCampaign } from "./api";
import { withDefaults } from "./form-builder/catalogue";
import { FormBuilder } from "./form-builder/form-builder";
import { type FormTemplate, TemplateGallery, templatesQuery } from "./form-builder/template-gallery";
import { useFormDraft } from "./form-builder/use-form-draft";
import { type LeakPolicy, LeakPolicyChoice } from "./leak-policy";

const GUIDELINES = `Choose the response you would rather have received.

1. **Right before fluent.** A correct plain answer beats a wrong eloquent one.
2. **The request decides.** If it asks for one sentence, a page is worse.
3. Say *about the same* when you would not mind which one you got, *both bad* when neither should be used.`;

const NO_QUESTIONS: [] = [];

/** A template and a name are enough; everything else can be changed now or later. */
export function CampaignCreatePage() {
  const project = useProject();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [guidelines, setGuidelines] = useState(GUIDELINES);
  const [overlap, setOverlap] = useState("1");
  const [minutes, setMinutes] = useState("15");
  const [leaks, setLeaks] = useState<LeakPolicy>("mask");
  const form = useFormDraft(project.id, NO_QUESTIONS);
  const { template, choose, untouched } = useTemplate(form);
  const guard = useUnsavedGuard(name !== "" || guidelines !== GUIDELINES || !untouched);

  const create = useMutation({
    mutationFn: () =>
      createCampaign(project.id, {
        name,
        guidelines,
        questions: form.questions,
        overlap: Number(overlap),
        lease_seconds: Math.round(Number(minutes) * 60),
        identity_leaks: leaks,
      }),
    onError: form.faults.take,
    onSuccess: (campaign) => {
      guard.release();
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
      {guard.dialog}
      <form id="create-campaign" onSubmit={submit} className="max-w-[560px]">
        <Field label="Name" required error={fieldError(create.error, "name")}>
          <Input
            value={name}
            onChange={(event) => setName(event.target.value)}
            maxLength={120}
            autoComplete="off"
          />
        </Field>
      </form>
      <div className="mt-8">
        <Section title="Start from">
          <TemplateGallery chosen={template} onChoose={choose} />
        </Section>
      </div>
      <div className="mt-8">
        <FormBuilder form={form} hint={template ?? ""} />
      </div>
      <div className="mt-10 grid gap-x-10 gap-y-8 border-t border-line pt-8 lg:grid-cols-2">
        <Field
          label="Guidelines"
          hint="Markdown. Annotators have them one key away; worked examples can be added later."
          error={fieldError(create.error, "guidelines")}
        >
          <Textarea rows={12} value={guidelines} onChange={(event) => setGuidelines(event.target.value)} />
        </Field>
        <div>
          <h2 className="mb-2 text-base">As annotators read them</h2>
          {guidelines.trim() ? (
            <Markdown text={guidelines} compact />
          ) : (
            <p className="text-muted">
              Without guidelines everybody judges by their own. Write two sentences at least.
            </p>
          )}
        </div>
        <div className="grid content-start gap-4 sm:grid-cols-2">
          <Field
            label="Answers per item"
            required
            hint="How many different people judge each item."
            error={fieldError(create.error, "overlap")}
          >
            <Input
              form="create-campaign"
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
              form="create-campaign"
              type="number"
              min={1}
              max={1440}
              value={minutes}
              onChange={(event) => setMinutes(event.target.value)}
            />
          </Field>
        </div>
        <LeakPolicyChoice value={leaks} onChange={setLeaks} />
      </div>
      <div
        data-bar="end"
        className="sticky bottom-0 mt-8 flex flex-wrap items-center gap-x-4 gap-y-2 border-t border-line bg-canvas py-3"
      >
        <Button
          type="submit"
          form="create-campaign"
          variant="primary"
          busy={create.isPending}
          disabled={form.questions.length === 0 || form.faults.faulty.length > 0}
        >
          Create campaign
        </Button>
        <LinkButton to={paths.campaigns(project.id)}>Back</LinkButton>
        <p className="text-sm text-muted">
          {form.questions.length === 0
            ? "Choose a template or add a question first."
            : form.faults.faulty.length > 0
              ? `${countOf(form.faults.faulty.length, "question")} to correct first.`
              : `Asks ${countOf(form.questions.length, "question")}.`}
        </p>
        <div className="basis-full empty:hidden">
          <FormError>{create.error ? refusal(create.error) : undefined}</FormError>
        </div>
      </div>
    </Page>
  );
}

/** What stands at no field of this page. */
function refusal(error: unknown): string | undefined {
  const fields = error instanceof ApiError ? Object.keys(error.fields) : [];
  return fields.length > 0 ? undefined : messageOf(error);
}

/** The template the questions came from: the first one until another is chosen. */
function useTemplate(form: ReturnType<typeof useFormDraft>) {
  const { dispatch, questions } = form;
  const { data: templates } = useQuery(templatesQuery);
  const [chosen, setChosen] = useState<string | null>(null);
  const [taken, setTaken] = useState("[]");
  const untouched = JSON.stringify(questions) === taken;
  const take = (template: FormTemplate | null) => {
    setChosen(template?.name ?? "");
    setTaken(JSON.stringify((template?.questions ?? []).map(withDefaults)));
    dispatch({
      kind: "replace",
      questions: template?.questions ?? [],
      ...(!untouched && { label: "The template took the place of your questions." }),
    });
  };
  const first = chosen === null ? templates?.[0] : undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the templates are there.
  useEffect(() => {
    if (first) take(first);
  }, [first]);
  return { template: chosen, choose: take, untouched };
}
