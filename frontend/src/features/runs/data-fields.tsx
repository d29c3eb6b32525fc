import { Field, Link, Select } from "@/components/ui";
import { countOf, formatRelative } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";
import type { TrainingMethod } from "./api";
import type { RunForm } from "./form";
import type { Lists } from "./lists";
import { exportsFor, kindFor } from "./needs";

interface Props {
  form: RunForm;
  lists: Lists;
  method: TrainingMethod | undefined;
  isClone: boolean;
  wrong: (name: string) => string | undefined;
  onChange: (change: Partial<RunForm>) => void;
}

/** The snapshot, and which of its exports; without one the run writes what its method reads. */
export function DataFields({ form, lists, method, isClone, wrong, onChange }: Props) {
  const project = useProject();
  const snapshot = lists.snapshots.find((each) => each.id === form.snapshot);
  const ready = exportsFor(lists.exports, form.snapshot, method);
  if (isClone) {
    return (
      <p>
        <Link to={paths.snapshot(project.id, form.snapshot ?? 0)}>
          {snapshot?.name ?? `Snapshot ${form.snapshot}`}
        </Link>
        , export {form.export}
        {snapshot && (
          <span className="text-muted">
            {" "}
            ({countOf(snapshot.splits.train ?? 0, "training pair")},{" "}
            {countOf(snapshot.splits.test ?? 0, "test pair")})
          </span>
        )}
      </p>
    );
  }
  return (
    <div className="grid items-start gap-x-6 gap-y-4 sm:grid-cols-2">
      <Field
        label="Snapshot"
        required
        error={wrong("snapshot")}
        hint={
          snapshot &&
          `${countOf(snapshot.splits.train ?? 0, "pair")} to learn from, ${countOf(snapshot.splits.test ?? 0, "pair")} held out. ` +
            (snapshot.approvals.length > 0 ? "Approved." : "Nobody has approved it yet.")
        }
      >
        <Select
          value={String(form.snapshot ?? "")}
          onChange={(event) => onChange({ snapshot: Number(event.target.value), export: null })}
          options={lists.snapshots.map((each) => ({ value: String(each.id), label: each.name }))}
        />
      </Field>
      <Field
        label="Export"
        required
        error={wrong("export") ?? wrong("format")}
        hint={
          form.export === null
            ? "The rows that the method below reads are written first; that takes no click of yours."
            : "The rows as they were written, with the options of that export."
        }
      >
        <Select
          value={form.export === null ? "" : String(form.export)}
          onChange={(event) => {
            const id = Number(event.target.value) || null;
            const format = lists.exports.find((each) => each.id === id)?.format;
            const reads = format && method?.formats.includes(format);
            const kind = format && !reads ? kindFor(format, lists.methods) : undefined;
            onChange({ export: id, ...(kind && { kind, loss: "", entries: {} }) });
          }}
          options={[
            { value: "", label: "Write what the run needs" },
            ...ready.map((each) => ({
              value: String(each.id),
              label: `Export ${each.id}: ${lists.formats.find((format) => format.key === each.format)?.title ?? each.format}, ${formatRelative(each.created_at)}`,
            })),
          ]}
        />
      </Field>
    </div>
  );
}
