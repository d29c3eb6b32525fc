import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { type ControlProps, type Of, TickList, toggled } from "@/components/schema-form";
import { Checkbox, Field, Link, Select } from "@/components/ui";
import type { Judge, ModelVersion, Signal } from "@/lib/api/types";
import { countOf, formatPercent } from "@/lib/format";
import { paths } from "@/lib/paths";
import { shownEntry, textsIn } from "@/lib/schema-form";
import { useProject } from "@/lib/session";
import { useSignals } from "../queries";
import { useDatasets, useJudges, useModels, useReadyVersions, versionQuery } from "./queries";

type PickOf = Of<"pick">;
type PicksOf = Of<"picks">;
type InVersion = { versionId: number };
type PickProps = ControlProps<PickOf> & InVersion;
type PicksProps = ControlProps<PicksOf> & InVersion;

/** One thing of the project: a signal of this version, a model, a judge, a dataset, a version of a dataset. */
export function PickField(props: PickProps) {
  return props.field.format === "dataset_version" ? <VersionPick {...props} /> : <ListPick {...props} />;
}

interface Option {
  value: string;
  label: string;
}

interface Options {
  isPending: boolean;
  options: Option[];
  /** What to do where there is nothing to choose. */
  nothing: ReactNode;
}

function ListPick({ field, entries, problems, onChange, versionId }: PickProps) {
  const found = useOptions(field, versionId);
  const entry = shownEntry(field, entries);
  const value = typeof entry === "string" ? entry : "";
  const isEmpty = !found.isPending && found.options.length === 0;
  return (
    <Field
      label={field.label}
      required={field.required}
      hint={isEmpty ? found.nothing : field.description}
      error={problems[field.name]}
    >
      <Select
        value={value}
        disabled={found.isPending || isEmpty}
        onChange={(event) => onChange(field.name, event.target.value)}
        options={[
          { value: "", label: found.isPending ? "Loading…" : isEmpty ? "None here yet" : "Choose one" },
          ...found.options,
        ]}
      />
    </Field>
  );
}

export function PicksField({ field, entries, problems, onChange, versionId }: PicksProps) {
  const found = useOptions(field, versionId);
  const entry = shownEntry(field, entries);
  const chosen = textsIn(entry);
  // Models may be steps of one training: their order is the person's. Elsewhere it is the list's, so that the order
  // of clicks makes no other signal.
  const isOrdered = field.format === "model";
  const places = found.options.map((option) => option.value);
  const change = (value: string, on: boolean) => {
    const next = toggled(chosen, value, on);
    onChange(field.name, isOrdered ? next : next.sort((a, b) => places.indexOf(a) - places.indexOf(b)));
  };
  return (
    <TickList field={field} problem={problems[field.name]}>
      {found.options.map((option) => {
        const place = chosen.indexOf(option.value);
        return (
          <Checkbox
            key={option.value}
            label={
              <>
                {option.label}
                {isOrdered && place >= 0 && chosen.length > 1 && (
                  <span className="num ms-2 text-sm text-muted">place {place + 1}</span>
                )}
              </>
            }
            checked={place >= 0}
            onChange={(event) => change(option.value, event.target.checked)}
          />
        );
      })}
      {!found.isPending && found.options.length === 0 && (
        <p className="text-sm text-muted">{found.nothing}</p>
      )}
    </TickList>
  );
}

function useOptions(field: PickOf | PicksOf, versionId: number): Options {
  const project = useProject();
  const { format } = field;
  const models = useModels(project.id, field.modelKind, format === "model");
  const datasets = useDatasets(project.id, format === "dataset" || format === "dataset_version");
  const signals = useSignals(format === "signal" ? versionId : undefined);
  const judges = useJudges(project.id, format === "judge");
  if (format === "model") {
    const options = (models.data ?? []).map((each) => ({ value: String(each.id), label: modelLabel(each) }));
    const kind = field.modelKind === "reward" ? "reward model" : (field.modelKind ?? "model");
    return {
      isPending: models.isPending,
      options,
      nothing: (
        <>
          This project has no {kind === "policy" ? "policy model" : kind} yet. Train one under{" "}
          <Link to={paths.runs(project.id)}>Runs</Link> from an exported snapshot, or register one under{" "}
          <Link to={paths.models(project.id)}>Models</Link>.
        </>
      ),
    };
  }
  if (format === "judge") {
    const fitting = (judges.data ?? []).filter((each) => field.level === null || each.level === field.level);
    return {
      isPending: judges.isPending,
      options: fitting.map((each) => ({ value: String(each.id), label: judgeLabel(each) })),
      nothing: (
        <>
          This project has no judge {field.level === null ? "" : `of ${field.level}s `}yet. Make one under{" "}
          <Link to={paths.judges(project.id)}>Judges</Link>.
        </>
      ),
    };
  }
  if (format === "signal") {
    const level = (signals.data ?? []).filter(
      (each) => each.state === "ready" && (field.level === null || each.level === field.level),
    );
    const ready = field.holds === "margin" ? level.filter(holdsMargin) : level;
    const unit = field.level === null ? "" : ` for each ${field.level}`;
    return {
      isPending: signals.isPending,
      options: ready.map((each) => ({ value: String(each.id), label: signalLabel(each) })),
      nothing:
        field.holds === "margin"
          ? "This version has no ready signal with a margin yet. Compute one first, such as the quick ensemble."
          : `This version has no ready signal with a value${unit} yet. Compute one first.`,
    };
  }
  return {
    isPending: datasets.isPending,
    options: (datasets.data ?? []).map((each) => ({ value: String(each.id), label: each.name })),
    nothing: "This project has no other dataset yet. Import one first.",
  };
}

/** A number of responses, of which two have a difference, or a margin of pairs. */
const holdsMargin = (signal: Signal) =>
  signal.columns.some(
    (column) =>
      column.type === "number" && (signal.level === "response" || (signal.level === "pair" && column.signed)),
  );

/** A column of the signal that another field picks; without one the server takes the column that fits best. */
export function ColumnField({
  field,
  entries,
  problems,
  onChange,
  versionId,
}: ControlProps<Of<"column">> & InVersion) {
  const signals = useSignals(versionId);
  const picked = entries[field.of];
  const signal = signals.data?.find((each) => String(each.id) === picked);
  const entry = shownEntry(field, entries);
  // Of a signal with one column there is nothing to choose.
  if (!signal || signal.columns.length < 2) return null;
  return (
    <Field label={field.label} required mark={false} hint={field.description} error={problems[field.name]}>
      <Select
        value={typeof entry === "string" ? entry : ""}
        onChange={(event) => onChange(field.name, event.target.value)}
        options={[
          { value: "", label: "The one that fits best" },
          ...signal.columns.map((column) => ({ value: column.name, label: column.title })),
        ]}
      />
    </Field>
  );
}

const signalLabel = (signal: Signal) => `${signal.name} · signal ${signal.id}`;

const judgeLabel = (judge: Judge) =>
  `${judge.name} v${judge.version} · ${judge.standing.may_label ? "may label" : "may draft only"}`;

function modelLabel(model: ModelVersion): string {
  const accuracy = model.metrics?.eval_accuracy;
  const right = typeof accuracy === "number" ? ` · right on ${formatPercent(accuracy)} of test pairs` : "";
  return `${model.name} v${model.version} · ${model.base_model}${right}`;
}

/** A dataset, then one of its ready versions: the newest until somebody chooses another. */
function VersionPick({ field, entries, problems, onChange }: PickProps) {
  const project = useProject();
  const entry = shownEntry(field, entries);
  const value = typeof entry === "string" ? entry : "";
  const datasets = useDatasets(project.id);
  const current = useQuery({ ...versionQuery(Number(value)), enabled: value !== "" });
  const [opened, setOpened] = useState<number | null>(null);
  const dataset = opened ?? current.data?.dataset ?? null;
  const { versions } = useReadyVersions(dataset);
  const withRows = (datasets.data ?? []).filter((each) => each.latest_version !== null);
  const open = (id: number | null) => {
    setOpened(id);
    const newest = withRows.find((each) => each.id === id)?.latest_version;
    onChange(field.name, newest ? String(newest.id) : "");
  };
  return (
    <fieldset>
      <legend className="mb-1 font-medium">{field.label}</legend>
      {field.description && <p className="mb-2 text-sm text-muted">{field.description}</p>}
      <div className="grid gap-3 sm:grid-cols-2">
        <Field label="Dataset" required={field.required} error={problems[field.name]}>
          <Select
            value={dataset === null ? "" : String(dataset)}
            onChange={(event) => open(event.target.value ? Number(event.target.value) : null)}
            options={[
              { value: "", label: withRows.length > 0 ? "Choose a dataset" : "None here yet" },
              ...withRows.map((each) => ({ value: String(each.id), label: each.name })),
            ]}
          />
        </Field>
        {dataset !== null && (
          <Field label="Version" required={field.required}>
            <Select
              value={value}
              onChange={(event) => onChange(field.name, event.target.value)}
              options={[
                ...(value === "" ? [{ value: "", label: "Choose a version" }] : []),
                ...versions.map((each) => ({
                  value: String(each.id),
                  label: `v${each.number} · ${countOf(each.rows, "row")}`,
                })),
              ]}
            />
          </Field>
        )}
      </div>
    </fieldset>
  );
}
