import { useQuery } from "@tanstack/react-query";
import { Link } from "@/components/ui";
import { paths } from "@/lib/paths";
import type { SchemaFormat } from "@/lib/schema-form";
import { useProject } from "@/lib/session";
import { useSearchState } from "@/lib/use-search-state";
import { datasetQuery, useSignals } from "../queries";
import { useJudges, useModels, versionQuery } from "./queries";

/** What was picked for a signal, by name, with the way there. */
export function Picked({
  format,
  ids,
  versionId,
}: {
  format: SchemaFormat;
  ids: number[];
  versionId: number;
}) {
  return ids.map((id, at) => (
    <span key={id}>
      {at > 0 && ", "}
      {format === "model" ? (
        <PickedModel id={id} />
      ) : format === "judge" ? (
        <PickedJudge id={id} />
      ) : format === "signal" ? (
        <PickedSignal id={id} versionId={versionId} />
      ) : format === "dataset_version" ? (
        <PickedVersion id={id} />
      ) : (
        <PickedDataset id={id} />
      )}
    </span>
  ));
}

function PickedModel({ id }: { id: number }) {
  const project = useProject();
  const models = useModels(project.id, null);
  const model = models.data?.find((each) => each.id === id);
  return (
    <Link to={paths.model(project.id, id)}>{model ? `${model.name} v${model.version}` : `Model ${id}`}</Link>
  );
}

function PickedJudge({ id }: { id: number }) {
  const project = useProject();
  const judges = useJudges(project.id);
  const judge = judges.data?.find((each) => each.id === id);
  return (
    <Link to={paths.judge(project.id, id)}>{judge ? `${judge.name} v${judge.version}` : `Judge ${id}`}</Link>
  );
}

function PickedSignal({ id, versionId }: { id: number; versionId: number }) {
  const signals = useSignals(versionId);
  const [, setSearch] = useSearchState();
  return (
    <button
      type="button"
      className="text-accent-text underline-offset-2 hover:underline"
      onClick={() => setSearch({ signal: String(id) }, { push: true })}
    >
      {signals.data?.find((each) => each.id === id)?.name ?? `Signal ${id}`}
    </button>
  );
}

function PickedVersion({ id }: { id: number }) {
  const project = useProject();
  const version = useQuery(versionQuery(id));
  const dataset = useQuery({
    ...datasetQuery(version.data?.dataset ?? 0),
    enabled: version.data !== undefined,
  });
  if (!version.data || !dataset.data) return <>version {id}</>;
  return (
    <Link
      to={paths.datasetTab(project.id, dataset.data.id, "rows")}
      search={{ version: String(version.data.number) }}
    >
      {dataset.data.name} v{version.data.number}
    </Link>
  );
}

function PickedDataset({ id }: { id: number }) {
  const project = useProject();
  const dataset = useQuery(datasetQuery(id));
  return <Link to={paths.dataset(project.id, id)}>{dataset.data?.name ?? `Dataset ${id}`}</Link>;
}
