import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { exportFormatsQuery } from "@/components/export-options";
import { Link, NoteText } from "@/components/ui";
import type { Run } from "@/lib/api/types";
import { rowsOf } from "@/lib/export-facts";
import { countOf, formatCount } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";
import { exportQuery, modelUsesQuery, snapshotQuery, versionQuery } from "./api";
import { kindName } from "./words";

/** From people's votes to where the model is at work, one step below the other. */
export function LineageTab({ run }: { run: Run }) {
  const project = useProject();
  const snapshot = useQuery(snapshotQuery(run.snapshot)).data;
  const version = useQuery({
    ...versionQuery(snapshot?.dataset_version ?? 0),
    enabled: snapshot !== undefined,
  }).data;
  const data = useQuery(exportQuery(run.export)).data;
  const uses = useQuery({ ...modelUsesQuery(run.model_version ?? 0), enabled: run.model_version !== null });
  const formats = useQuery(exportFormatsQuery).data ?? [];
  const rows = data && rowsOf(data);
  return (
    <ol aria-label="Lineage" className="max-w-[720px]">
      <Step title="Votes and labels">
        {version ? (
          <>
            <Link
              to={paths.datasetTab(project.id, version.dataset, "rows")}
              search={{ version: String(version.number) }}
            >
              Dataset version {version.number}
            </Link>
            , {countOf(version.rows, "record")} with every vote on them
          </>
        ) : (
          <NoteText>…</NoteText>
        )}
      </Step>
      <Step title="Snapshot">
        <Link to={paths.snapshot(project.id, run.snapshot)}>
          {snapshot?.name ?? `Snapshot ${run.snapshot}`}
        </Link>
        {snapshot && (
          <>
            : {countOf(snapshot.counts.kept, "pair")} kept of {formatCount(snapshot.counts.in)} by{" "}
            <Link to={paths.recipe(project.id, snapshot.recipe)}>recipe {snapshot.recipe}</Link>,{" "}
            <code className="font-mono text-sm">{snapshot.content_hash.slice(0, 12)}</code>
          </>
        )}
      </Step>
      <Step title="Export">
        <Link
          to={paths.snapshot(project.id, run.snapshot)}
          search={{ tab: "exports", export: String(run.export) }}
        >
          Export {run.export}
        </Link>
        {data && `, ${formats.find((each) => each.key === data.format)?.title ?? data.format}`}
        {rows &&
          Object.keys(rows).length > 0 &&
          `: ${formatCount(rows.train)} to learn from, ${formatCount(rows.test)} held out`}
      </Step>
      <Step title="Run">
        {run.name}: {kindName(run.kind)} of {run.base_model}
        {run.parent !== null && (
          <>
            , cloned from <Link to={paths.run(project.id, run.parent)}>run {run.parent}</Link>
          </>
        )}
        {run.ensemble && (
          <>
            , one of{" "}
            <Link to={paths.runs(project.id)} search={{ ensemble: run.ensemble }}>
              an ensemble
            </Link>
          </>
        )}
      </Step>
      <Step title="Model">
        {run.model_version === null ? (
          <NoteText>Registered when the run succeeds.</NoteText>
        ) : (
          <Link to={paths.model(project.id, run.model_version)}>Model {run.model_version}</Link>
        )}
      </Step>
      <Step title="Where it is used" last>
        {uses.data && uses.data.length > 0 ? (
          <ul>
            {uses.data.map((use) => (
              <li key={`${use.kind}-${use.id}`}>
                <span className="text-muted">{USES[use.kind] ?? use.kind}</span>{" "}
                <Use project={project.id} kind={use.kind} id={use.id} name={use.name} />
              </li>
            ))}
          </ul>
        ) : (
          <NoteText>Nothing uses it yet: no judge, signal or further run.</NoteText>
        )}
      </Step>
    </ol>
  );
}

const USES: Record<string, string> = {
  judge: "Judge",
  signal: "Signal",
  run: "Run",
  evaluation: "Evaluation",
};

function Use({ project, kind, id, name }: { project: number; kind: string; id: number; name: string }) {
  if (kind === "judge") return <Link to={paths.judge(project, id)}>{name}</Link>;
  if (kind === "run") return <Link to={paths.run(project, id)}>{name}</Link>;
  return <>{name}</>;
}

function Step({ title, last = false, children }: { title: string; last?: boolean; children: ReactNode }) {
  return (
    <li className="relative grid grid-cols-[16px_minmax(0,1fr)] gap-x-3 pb-5">
      {!last && (
        <span aria-hidden="true" className="absolute start-[7px] top-4 bottom-0 border-s border-line" />
      )}
      <span
        aria-hidden="true"
        className="mt-1.5 size-[9px] justify-self-center rounded-full bg-(--control)"
      />
      <div className="min-w-0 break-words">
        <h3 className="text-sm font-normal text-muted">{title}</h3>
        <div className="[&_a]:underline">{children}</div>
      </div>
    </li>
  );
}
