import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button, Field, FormError, LinkButton, Section, Textarea, toast } from "@/components/ui";
import { useUnsavedGuard } from "@/components/unsaved-guard";
import { fieldError, formError } from "@/lib/api/errors";
import type { Campaign, GuidelinesExample } from "@/lib/api/types";
import { countOf } from "@/lib/format";
import { paths } from "@/lib/paths";
import { campaignQuery, updateCampaign } from "./api";
import { DraftsSection } from "./drafts-section";
import { ExamplesEditor } from "./examples-editor";
import { FormVersions } from "./form-versions";
import { GuidelinesText } from "./guidelines-text";
import { GuidelinesVersions } from "./guidelines-versions";
import { LEAK_POLICIES, LeakPolicyChoice } from "./leak-policy";
import { PrinciplesSection } from "./principles-section";
import { QuestionOutline } from "./question-outline";

interface Props {
  campaign: Campaign;
  canManage: boolean;
}

export function GuidelinesTab({ campaign, canManage }: Props) {
  const finished = campaign.state === "finished";
  return (
    <div className="grid gap-x-12 gap-y-8 lg:grid-cols-2">
      <div>
        <Guidelines campaign={campaign} canManage={canManage} />
        <PrinciplesSection campaign={campaign} canManage={canManage} />
        <Section title="Versions of the guidelines">
          <GuidelinesVersions campaign={campaign} />
        </Section>
      </div>
      <div>
        <Section
          title={`Questions, version ${campaign.form.version}`}
          actions={
            canManage &&
            !finished && (
              <LinkButton size="sm" icon="edit" to={paths.campaignQuestions(campaign.project, campaign.id)}>
                Change questions
              </LinkButton>
            )
          }
        >
          <QuestionOutline questions={campaign.form.questions} />
          {canManage && finished && (
            <p className="pt-2 text-sm text-muted">Open the campaign again to change its questions.</p>
          )}
        </Section>
        <Section title="Versions of the questions">
          <FormVersions campaign={campaign} />
        </Section>
        <Section title="Queueing">
          <Leaks campaign={campaign} canManage={canManage} />
        </Section>
        <DraftsSection campaign={campaign} canManage={canManage} />
      </div>
    </div>
  );
}

function useUpdate(campaign: Campaign, onSaved: () => void = () => undefined) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: Parameters<typeof updateCampaign>[1]) => updateCampaign(campaign.id, change),
    onSuccess: (changed) => {
      client.setQueryData(campaignQuery(campaign.id).queryKey, changed);
      onSaved();
    },
    onError: toast.error,
  });
}

function Guidelines({ campaign, canManage }: Props) {
  const [editing, setEditing] = useState(false);
  return (
    <Section
      title={`Guidelines, version ${campaign.guidelines_version}`}
      actions={
        canManage &&
        !editing && (
          <Button size="sm" icon="edit" onClick={() => setEditing(true)}>
            Edit guidelines
          </Button>
        )
      }
    >
      {editing ? (
        <GuidelinesEditor campaign={campaign} onDone={() => setEditing(false)} />
      ) : (
        <GuidelinesText text={campaign.guidelines} examples={campaign.guidelines_examples} />
      )}
    </Section>
  );
}

function GuidelinesEditor({ campaign, onDone }: { campaign: Campaign; onDone: () => void }) {
  const [text, setText] = useState(campaign.guidelines);
  const [examples, setExamples] = useState<GuidelinesExample[]>(campaign.guidelines_examples);
  const changed =
    text !== campaign.guidelines || JSON.stringify(examples) !== JSON.stringify(campaign.guidelines_examples);
  const guard = useUnsavedGuard(changed);
  const save = useUpdate(campaign, () => {
    guard.release();
    onDone();
  });
  return (
    <div className="flex flex-col gap-4">
      {guard.dialog}
      <FormError>{formError(save.error)}</FormError>
      <Field
        label="Text"
        hint="Markdown. Saving makes a new version, which annotators see with their next item."
        error={fieldError(save.error, "guidelines")}
      >
        <Textarea rows={14} dir="auto" value={text} onChange={(event) => setText(event.target.value)} />
      </Field>
      <h3 className="text-base">Worked examples</h3>
      <ExamplesEditor
        examples={examples}
        errorOf={(path) => fieldError(save.error, path)}
        onChange={setExamples}
      />
      <div
        data-bar="end"
        className="sticky bottom-0 flex flex-wrap items-center gap-2 border-t border-line bg-canvas py-3"
      >
        <Button
          variant="primary"
          busy={save.isPending}
          disabled={!changed}
          onClick={() => save.mutate({ guidelines: text, guidelines_examples: examples })}
        >
          Save guidelines
        </Button>
        <Button onClick={onDone}>Keep the old ones</Button>
        <span className="text-sm text-muted">{countOf(examples.length, "example")}</span>
      </div>
    </div>
  );
}

function Leaks({ campaign, canManage }: Props) {
  const save = useUpdate(campaign);
  if (!canManage) {
    const policy = LEAK_POLICIES.find((each) => each.value === campaign.identity_leaks);
    return (
      <p>
        Responses that name their model: {policy?.label.toLowerCase()}.{" "}
        <span className="text-muted">{policy?.sentence}</span>
      </p>
    );
  }
  return (
    <>
      <LeakPolicyChoice
        value={save.isPending ? (save.variables.identity_leaks ?? "mask") : campaign.identity_leaks}
        onChange={(identity_leaks) => save.mutate({ identity_leaks })}
      />
      <p className="pt-2 text-sm text-muted">Holds for what is queued from now on.</p>
    </>
  );
}
