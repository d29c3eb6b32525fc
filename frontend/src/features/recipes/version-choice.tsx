import { useQuery } from "@tanstack/react-query";
import { Field, Select } from "@/components/ui";
import type { Dataset, DatasetVersion } from "@/lib/api/types";
import { countOf } from "@/lib/format";
import { useProjectId } from "@/lib/use-params";
import { useSearchState } from "@/lib/use-search-state";
import { datasetsQuery, versionsQuery } from "./api";

export interface Choice {
  isPending: boolean;
  datasets: Dataset[];
  dataset: Dataset | null;
  versions: DatasetVersion[];
  version: DatasetVersion | null;
}

/** The version the recipe is tried on: named in the address, else the newest of the first dataset with rows. */
export function useVersion(): Choice {
  const [search] = useSearchState();
  const list = useQuery(datasetsQuery(useProjectId()));
  const datasets = list.data?.results.filter((each) => each.latest_version !== null) ?? [];
  const dataset = datasets.find((each) => String(each.id) === search.dataset) ?? datasets[0] ?? null;
  const all = useQuery({ ...versionsQuery(dataset?.id ?? 0), enabled: dataset !== null });
  const versions = all.data?.results.filter((each) => each.state === "ready") ?? [];
  const newest = [...versions].sort((a, b) => b.number - a.number)[0] ?? null;
  const version = versions.find((each) => String(each.number) === search.version) ?? newest;
  return {
    isPending: list.isPending || (dataset !== null && all.isPending),
    datasets,
    dataset,
    versions,
    version,
  };
}

export function VersionChoice({ choice }: { choice: Choice }) {
  const [, setSearch] = useSearchState();
  if (choice.datasets.length === 0) return null;
  return (
    <div className="flex flex-wrap gap-4 border-y border-line py-3">
      <Field label="Dataset" required className="min-w-56">
        <Select
          value={String(choice.dataset?.id ?? "")}
          onChange={(event) => setSearch({ dataset: event.target.value, version: undefined })}
          options={choice.datasets.map((each) => ({ value: String(each.id), label: each.name }))}
        />
      </Field>
      <Field label="Version" required className="min-w-56">
        <Select
          value={String(choice.version?.number ?? "")}
          onChange={(event) => setSearch({ version: event.target.value })}
          options={[...choice.versions]
            .sort((a, b) => b.number - a.number)
            .map((each) => ({
              value: String(each.number),
              label: `v${each.number} · ${countOf(each.rows, "row")}`,
            }))}
        />
      </Field>
    </div>
  );
}
