import { useQuery } from "@tanstack/react-query";
import { Field, Select } from "@/components/ui";
import { countOf } from "@/lib/format";
import { useProject } from "@/lib/session";
import { datasetsQuery, readyVersionsQuery } from "./api";

export interface ChosenVersion {
  dataset: number | null;
  version: number | null;
}

/** What is chosen, and until somebody chooses the newest version of the first dataset. */
export function useVersionChoice({ dataset, version }: ChosenVersion) {
  const project = useProject();
  const datasets = useQuery(datasetsQuery(project.id));
  const at = dataset ?? datasets.data?.[0]?.id ?? null;
  const versions = useQuery({ ...readyVersionsQuery(at ?? 0), enabled: at !== null });
  const chosen = versions.data?.find((each) => each.id === version) ?? versions.data?.[0];
  return { dataset: at, datasets: datasets.data ?? [], versions: versions.data ?? [], chosen };
}

/** A dataset and one of its ready versions. */
export function VersionFields({
  choice,
  problem,
  onChange,
}: {
  choice: ReturnType<typeof useVersionChoice>;
  problem?: string;
  onChange: (chosen: ChosenVersion) => void;
}) {
  const { dataset, datasets, versions, chosen } = choice;
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Field label="Dataset" required error={problem}>
        <Select
          value={dataset === null ? "" : String(dataset)}
          onChange={(event) => onChange({ dataset: Number(event.target.value), version: null })}
          options={
            datasets.length > 0
              ? datasets.map((each) => ({ value: String(each.id), label: each.name }))
              : [{ value: "", label: "No dataset has rows yet" }]
          }
        />
      </Field>
      <Field label="Version" required>
        <Select
          value={chosen ? String(chosen.id) : ""}
          disabled={!chosen}
          onChange={(event) => onChange({ dataset, version: Number(event.target.value) })}
          options={versions.map((each) => ({
            value: String(each.id),
            label: `v${each.number} · ${countOf(each.rows, "row")}`,
          }))}
        />
      </Field>
    </div>
  );
}
