import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useAction } from "@/actions";
import { exportFormatsQuery } from "@/components/export-options";
import { JobStrip } from "@/components/job-strip";
import { ActionButton, Async, EmptyState } from "@/components/ui";
import type { Snapshot } from "@/lib/api/types";
import { useCan } from "@/lib/session";
import { useSearchState } from "@/lib/use-search-state";
import { exportsQuery } from "./api";
import { ExportView } from "./export-view";
import { NewExport } from "./new-export";

/** The snapshot as trainers read it: what was written, and the way to write more. */
export function ExportsTab({ snapshot }: { snapshot: Snapshot }) {
  const client = useQueryClient();
  const canExport = useCan("export.create");
  const [search, setSearch] = useSearchState();
  const formats = useQuery(exportFormatsQuery);
  const query = useQuery(exportsQuery(snapshot.id));
  const [job, setJob] = useState<number | null>(null);
  const isWriting = search.new === "yes";
  const refresh = () => void client.invalidateQueries({ queryKey: ["snapshot", snapshot.id, "exports"] });
  const write = useAction({
    id: "export.new",
    label: "New export",
    keys: ["e"],
    group: "Exports",
    icon: "plus",
    when: () => canExport && !isWriting,
    run: () => setSearch({ new: "yes" }),
  });
  const started = (next: number) => {
    setJob(next);
    setSearch({ new: undefined, export: undefined });
    refresh();
  };
  return (
    <Async query={formats}>
      {(known) => (
        <>
          {isWriting && canExport && (
            <NewExport
              snapshot={snapshot}
              formats={known}
              onStarted={started}
              onClose={() => setSearch({ new: undefined })}
            />
          )}
          {job !== null && (
            <div className="mb-6">
              <JobStrip key={job} jobId={job} onEnd={refresh} />
            </div>
          )}
          <Async query={query}>
            {({ results }) =>
              results.length === 0 ? (
                !isWriting && (
                  <EmptyState
                    title="Not exported yet"
                    action={canExport && <ActionButton action={write} variant="primary" />}
                  >
                    An export writes the pairs as a trainer reads them, as Parquet and as JSONL, with a
                    manifest that names this snapshot and says what was left out and why. Runs of this project
                    write what they need by themselves.
                    {!canExport && " Project admins write exports."}
                  </EmptyState>
                )
              ) : (
                <>
                  {canExport && !isWriting && (
                    <div className="mb-4 flex justify-end">
                      <ActionButton action={write} variant="primary" />
                    </div>
                  )}
                  {results.map((each, index) => (
                    <ExportView
                      key={each.id}
                      data={each}
                      snapshot={snapshot}
                      formats={known}
                      open={search.export ? search.export === String(each.id) : index === 0}
                      onToggle={(open) => setSearch({ export: open ? String(each.id) : "none" })}
                      onEnd={refresh}
                    />
                  ))}
                </>
              )
            }
          </Async>
        </>
      )}
    </Async>
  );
}
