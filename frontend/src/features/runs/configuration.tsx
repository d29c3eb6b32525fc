import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Checkbox, Field, Link, RelativeTime, Section, Select } from "@/components/ui";
import type { Run } from "@/lib/api/types";
import { cx } from "@/lib/cx";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";
import { useSearchState } from "@/lib/use-search-state";
import { runQuery, runsQuery } from "./api";
import { comparedWith } from "./differences";

/** Everything that was set, and what another run had instead. */
export function Configuration({ run }: { run: Run }) {
  const project = useProject();
  const [search, setSearch] = useSearchState();
  const list = useQuery(runsQuery(project.id));
  const against = Number(search.against ?? run.parent ?? 0) || 0;
  const other = useQuery({ ...runQuery(against), enabled: against > 0, refetchInterval: false });
  const compared = comparedWith(run, other.data);
  const different = compared.filter((setting) => setting.other !== undefined);
  const onlyDifferent = search.only === "yes" && other.data !== undefined;
  const choices = (list.data?.results ?? []).filter((each) => each.id !== run.id);
  return (
    <aside aria-label="Configuration" className="min-w-0">
      <Section title="Configuration">
        {choices.length > 0 && (
          <div className="mb-3 flex flex-col gap-2">
            <Field label="Compared with" mark={false}>
              <Select
                value={against ? String(against) : ""}
                onChange={(event) => setSearch({ against: event.target.value || "none" })}
                options={[
                  { value: "", label: "No other run" },
                  ...choices.map((each) => ({
                    value: String(each.id),
                    label: `${each.name} · ${each.id}${each.id === run.parent ? " (cloned from)" : ""}`,
                  })),
                ]}
              />
            </Field>
            {other.data && (
              <Checkbox
                label={`Only what differs (${different.length})`}
                checked={search.only === "yes"}
                onChange={(event) => setSearch({ only: event.target.checked ? "yes" : undefined })}
              />
            )}
          </div>
        )}
        <dl className="border-t border-line">
          {(onlyDifferent ? different : compared).map((setting) => (
            <Line key={setting.name} label={setting.label} other={setting.other}>
              {setting.name === "snapshot" ? (
                <Link to={paths.snapshot(project.id, run.snapshot)}>Snapshot {run.snapshot}</Link>
              ) : (
                setting.value
              )}
            </Line>
          ))}
          {!onlyDifferent && (
            <>
              <Line label="Started by">{run.created_by?.name || run.created_by?.email}</Line>
              <Line label="Created">
                <RelativeTime at={run.created_at} />
              </Line>
            </>
          )}
        </dl>
        {onlyDifferent && different.length === 0 && (
          <p className="pt-2 text-muted">Everything was set the same.</p>
        )}
      </Section>
    </aside>
  );
}

function Line({
  label,
  other,
  children,
}: {
  label: string;
  /** What the other run has here, where it is something else. */
  other?: string;
  children: ReactNode;
}) {
  const differs = other !== undefined;
  return (
    <div
      className={cx(
        "grid grid-cols-[minmax(0,7.5rem)_minmax(0,1fr)] gap-x-3 border-b border-line py-1",
        differs && "bg-warn-soft",
      )}
    >
      <dt className={cx("text-muted", differs && "border-l-2 border-warn pl-2")}>{label}</dt>
      <dd className="num min-w-0 break-words">
        {children}
        {differs && <span className="block text-sm text-muted">there {other}</span>}
      </dd>
    </div>
  );
}
