import type { Run } from "@/lib/api/types";
import { kindName, launcherName, settingName, settingValue } from "./words";

export interface Setting {
  name: string;
  label: string;
  value: string;
}

/** Everything that was decided about a run, in the order people read it. */
export function settingsOf(run: Run): Setting[] {
  const line = (name: string, label: string, value: unknown) => ({ name, label, value: settingValue(value) });
  return [
    line("kind", "Method", kindName(run.kind)),
    line("base_model", "Base model", run.base_model),
    line("snapshot", "Snapshot", run.snapshot),
    line("export", "Export", run.export),
    line("launcher", "Runs on", launcherName(run.launcher)),
    line("gpus", "GPUs", run.gpus),
    ...Object.entries(run.config)
      .filter(([name, value]) => value !== null && value !== undefined && !isAlone(name, run))
      .map(([name, value]) => line(`config.${name}`, settingName(name), value)),
  ];
}

/** A run that is no member of an ensemble needs no word about it. */
const isAlone = (name: string, run: Run) => (name === "member" || name === "members") && run.ensemble === "";

export interface Difference {
  name: string;
  label: string;
  /** One value for each run, in their order. */
  values: string[];
}

/** The settings that are not the same in all runs. */
export function differencesOf(runs: Run[]): Difference[] {
  const sides = runs.map((run) => new Map(settingsOf(run).map((setting) => [setting.name, setting])));
  const names = new Map(sides.flatMap((side) => [...side.values()].map(({ name, label }) => [name, label])));
  return [...names]
    .map(([name, label]) => ({
      name,
      label,
      values: sides.map((side) => side.get(name)?.value ?? settingValue(null)),
    }))
    .filter((each) => new Set(each.values).size > 1);
}

export interface ComparedSetting extends Setting {
  /** What the other run has instead; undefined where it is the same. */
  other?: string;
}

/** The settings of a run, each with what another one has instead; those that only the other has come last. */
export function comparedWith(run: Run, other: Run | undefined): ComparedSetting[] {
  const own = settingsOf(run);
  if (!other) return own;
  const found = new Map(differencesOf([run, other]).map((each) => [each.name, each]));
  const only = [...found.values()].filter(({ name }) => !own.some((setting) => setting.name === name));
  return [
    ...own.map((setting) => ({ ...setting, other: found.get(setting.name)?.values[1] })),
    ...only.map(({ name, label, values }) => ({ name, label, value: values[0] ?? "", other: values[1] })),
  ];
}
