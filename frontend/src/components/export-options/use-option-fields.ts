import { useQuery } from "@tanstack/react-query";
import { api } from "@/lib/api/client";
import type { BaseModel, Snapshot } from "@/lib/api/types";
import { type ExportFormat, optionFields, signalsQuery } from "./formats";

/** The options that a format has for this snapshot: its signals and the installed tokenizers are among the choices. */
export function useOptionFields(format: ExportFormat | undefined, snapshot: Snapshot | undefined) {
  const version = snapshot?.dataset_version ?? 0;
  const signals = useQuery({ ...signalsQuery(version), enabled: version > 0 }).data?.results ?? [];
  const project = snapshot?.project ?? 0;
  const models = useQuery({
    queryKey: ["base-models", project],
    queryFn: ({ signal }) => api.get<BaseModel[]>(`/api/projects/${project}/base-models/`, { signal }),
    enabled: project > 0,
  });
  const tokenizers = (models.data ?? [])
    .filter((model) => model.available)
    .map((model) => ({ value: model.key, label: model.title }));
  return format ? optionFields(format.options as Record<string, unknown>, signals, tokenizers) : [];
}
