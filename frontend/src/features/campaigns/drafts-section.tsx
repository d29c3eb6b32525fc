import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Field, Section, Select, toast } from "@/components/ui";
import type { Campaign } from "@/lib/api/types";
import { campaignQuery, judgesQuery, updateCampaign } from "./api";

interface Props {
  campaign: Campaign;
  canManage: boolean;
}

/** Question types that a judge's drafts can answer on the annotation page. */
const TYPES = ["spans", "rationale", "text"];

/** Whose drafts people are offered to confirm or correct; nobody's by default. */
export function DraftsSection({ campaign, canManage }: Props) {
  if (!campaign.drafts && !campaign.form.questions.some((question) => TYPES.includes(question.type)))
    return null;
  return (
    <Section title="AI drafts">
      {canManage ? (
        <Choice campaign={campaign} />
      ) : (
        <p>{campaign.drafts ? `Offered are drafts of ${campaign.drafts.judge}.` : "None are offered."}</p>
      )}
    </Section>
  );
}

function Choice({ campaign }: { campaign: Campaign }) {
  const client = useQueryClient();
  const judges = useQuery(judgesQuery(campaign.project));
  const save = useMutation({
    mutationFn: (judge: string) =>
      updateCampaign(campaign.id, { drafts: judge ? { judge, show: "after_first_pass" } : null }),
    onSuccess: (changed) => client.setQueryData(campaignQuery(campaign.id).queryKey, changed),
    onError: toast.error,
  });
  const chosen = campaign.drafts?.judge ?? "";
  const names = (judges.data?.results ?? [])
    .filter((judge) => judge.gives === "drafts")
    .map((judge) => `judge:${judge.name} v${judge.version}`);
  // An older version of a judge may be the one that made the drafts.
  const offered = chosen && !names.includes(chosen) ? [chosen, ...names] : names;
  return (
    <Field
      mark={false}
      label="Offer the drafts of"
      hint="For what is queued from now on, after people’s own first pass; a fifth of the items shows none, so that anchoring can be measured. Bring a run of the judge home into the dataset first."
    >
      <Select
        value={save.isPending ? save.variables : chosen}
        onChange={(event) => save.mutate(event.target.value)}
        options={[
          { value: "", label: "Nobody" },
          ...offered.map((name) => ({ value: name, label: name.replace(/^judge:/, "") })),
        ]}
      />
    </Field>
  );
}
