import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useAction } from "@/actions";
import { ActionButton, Async, EmptyState, LinkButton, Page } from "@/components/ui";
import { useUnsavedGuard } from "@/components/unsaved-guard";
import type { Campaign } from "@/lib/api/types";
import { countOf } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useCan, useProject } from "@/lib/session";
import { useNumberParam } from "@/lib/use-params";
import { campaignQuery } from "./api";
import { FormBuilder } from "./form-builder/form-builder";
import { useFormDraft } from "./form-builder/use-form-draft";
import { FormChangeDialog } from "./form-change-dialog";

/** The questions of a campaign that runs already, to be changed as a new version. */
export function FormChangePage() {
  const query = useQuery({ ...campaignQuery(useNumberParam("campaignId")), refetchOnWindowFocus: false });
  const project = useProject();
  const canManage = useCan("campaign.manage");
  return (
    <Async query={query}>
      {(campaign) =>
        canManage ? (
          <FormChange key={campaign.form.id} campaign={campaign} />
        ) : (
          <EmptyState
            title="Only curators change questions"
            action={
              <LinkButton to={paths.campaign(project.id, campaign.id)}>Back to the campaign</LinkButton>
            }
          />
        )
      }
    </Async>
  );
}

function FormChange({ campaign }: { campaign: Campaign }) {
  const project = useProject();
  const navigate = useNavigate();
  const form = useFormDraft(project.id, campaign.form.questions);
  const guard = useUnsavedGuard(form.changed);
  const [reviewing, setReviewing] = useState(false);
  const { questions, faults } = form;
  const back = { to: paths.campaign(project.id, campaign.id), search: { tab: "guidelines" } };
  const review = useAction({
    id: "form.review",
    label: "Review the change",
    group: "Form",
    when: () => form.changed && questions.length > 0 && faults.faulty.length === 0,
    run: () => setReviewing(true),
  });
  return (
    <Page
      title={`Questions of ${campaign.name}`}
      trail={[
        { label: project.name, to: paths.project(project.id) },
        { label: "Campaigns", to: paths.campaigns(project.id) },
        { label: campaign.name, to: back.to },
      ]}
      actions={
        <>
          <LinkButton {...back}>Back</LinkButton>
          <ActionButton action={review} variant="primary" />
        </>
      }
    >
      {guard.dialog}
      <p className="mb-6 max-w-[72ch] text-muted">
        {campaign.progress.feedback > 0
          ? `${countOf(campaign.progress.feedback, "answer")} given so far. They stay with the version they were given under; what counts on is shown before you save.`
          : "Nobody has answered yet. Saving makes a new version; the old one is kept."}
        {faults.faulty.length > 0 && ` ${countOf(faults.faulty.length, "question")} to correct first.`}
      </p>
      <FormBuilder form={form} hint={campaign.name.toLowerCase()} />
      {reviewing && (
        <FormChangeDialog
          campaign={campaign}
          questions={questions}
          onClose={() => setReviewing(false)}
          onRefused={faults.take}
          onSaved={() => {
            guard.release();
            void navigate(back as never);
          }}
        />
      )}
    </Page>
  );
}
