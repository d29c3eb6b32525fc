import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Field, FormDialog, Select, toast } from "@/components/ui";
import { fieldError } from "@/lib/api/errors";
import type { Snapshot } from "@/lib/api/types";
import { formatPercent } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";
import { campaignsQuery, createRefresh, refreshesKey, versionQuery } from "./api";
import { INTERVALS } from "./refresh";
import { openCampaigns } from "./review";

/** The same recipe again whenever its dataset has a new version. */
export function RefreshDialog({ snapshot, onClose }: { snapshot: Snapshot; onClose: () => void }) {
  const project = useProject();
  const navigate = useNavigate();
  const client = useQueryClient();
  const version = useQuery(versionQuery(snapshot.dataset_version)).data;
  const campaigns = openCampaigns(useQuery(campaignsQuery(project.id)).data?.results ?? []);
  const [every, setEvery] = useState("24");
  const [campaign, setCampaign] = useState("");
  const create = useMutation({
    mutationFn: (dataset: number) =>
      createRefresh(project.id, {
        recipe: snapshot.recipe,
        dataset,
        campaign: campaign ? Number(campaign) : null,
        every_hours: Number(every),
        test_fraction: snapshot.test_fraction,
        seed: snapshot.seed,
      }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: refreshesKey(project.id) });
      toast.ok("The first round begins now.");
      onClose();
      void navigate({ to: paths.snapshots(project.id) });
    },
  });
  const submit = () => {
    if (version) create.mutate(version.dataset);
  };
  return (
    <FormDialog
      onClose={onClose}
      title="Keep this snapshot fresh"
      description="Whenever the dataset has a new version, the recipe as it is then is frozen over it. Signals the recipe uses are computed for that version first. This snapshot stays as it is."
      submit="Keep fresh"
      mutation={create}
      disabled={!version}
      onSubmit={submit}
    >
      <Field label="Look for something new" required error={fieldError(create.error, "every_hours")}>
        <Select value={every} onChange={(event) => setEvery(event.target.value)} options={[...INTERVALS]} />
      </Field>
      <Field
        label="Bring home the votes of"
        hint="They become labels of a new version before the recipe runs."
        error={fieldError(create.error, "campaign")}
      >
        <Select
          value={campaign}
          onChange={(event) => setCampaign(event.target.value)}
          options={[
            { value: "", label: "no campaign" },
            ...campaigns.map((each) => ({ value: String(each.id), label: each.name })),
          ]}
        />
      </Field>
      <p className="text-sm text-muted">
        {formatPercent(snapshot.test_fraction)} held out for testing, seed {snapshot.seed}, as in this
        snapshot.
      </p>
    </FormDialog>
  );
}
