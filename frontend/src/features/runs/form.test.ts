import { describe, expect, it } from "vitest";
import type { Run } from "@/lib/api/types";
import type { TrainingMethod } from "./api";
import {
  EMPTY,
  groupsOf,
  HUB,
  lossOf,
  runBody,
  runChanges,
  runProblems,
  settingFields,
  startOf,
} from "./form";

const schema = (properties: Record<string, unknown>) => ({ type: "object", properties });
const DPO = {
  kind: "dpo",
  title: "DPO",
  description: "",
  makes: "policy",
  formats: ["trl_preference"],
  required: [],
  optional: [],
  losses: [
    {
      key: "sigmoid",
      title: "DPO",
      columns: [],
      settings: schema({ f_divergence: { type: "string", enum: ["a", "b"], default: "a" } }),
    },
    {
      key: "cdpo",
      title: "cDPO",
      columns: [],
      settings: schema({
        label_smoothing: { type: "number", minimum: 0, exclusiveMaximum: 0.5, default: 0.1 },
        beta: { type: "number", exclusiveMinimum: 0, default: 2 },
      }),
    },
  ],
  settings: schema({
    loss_type: { type: "string", enum: ["sigmoid", "cdpo"], default: "sigmoid" },
    max_steps: { type: "integer", minimum: 1, default: 20, description: "optimiser steps" },
    epochs: { type: "number", exclusiveMinimum: 0, default: null },
    beta: { type: "number", exclusiveMinimum: 0, default: 0.1 },
    use_lora: { type: "boolean", default: true },
    lora_r: { type: "integer", minimum: 1, default: 8 },
    odd: { type: "integer", default: 3, description: "an odd number" },
    members: { type: "integer", default: 1 },
  }),
} as unknown as TrainingMethod;
const names = (loss: string, entries = {}) =>
  settingFields(DPO, lossOf(DPO, loss), entries).map((field) => field.name);

describe("settingFields", () => {
  it("shows what matters to the loss, and lets the loss have defaults of its own", () => {
    expect(names("sigmoid")).toEqual([
      "max_steps",
      "epochs",
      "beta",
      "use_lora",
      "lora_r",
      "odd",
      "f_divergence",
    ]);
    expect(names("cdpo")).toContain("label_smoothing");
    const beta = settingFields(DPO, lossOf(DPO, "cdpo"), {}).filter((field) => field.name === "beta");
    expect(beta.map((field) => field.fallback)).toEqual([2]);
  });

  it("hides what another setting makes meaningless", () => {
    expect(names("sigmoid", { use_lora: false })).not.toContain("lora_r");
    expect(names("sigmoid", { epochs: "2" })).not.toContain("max_steps");
  });

  it("groups them, with everything placed once", () => {
    const groups = groupsOf(DPO, lossOf(DPO, "cdpo"), {});
    expect(groups.map((group) => [group.title, group.fields.map((field) => field.name)])).toEqual([
      ["Essentials", ["epochs", "max_steps", "beta", "use_lora", "label_smoothing"]],
      ["Adapter", ["lora_r"]],
      ["Others", ["odd"]],
    ]);
    expect(groups[2]?.fields[0]?.description).toBe("An odd number.");
  });
});

const FORM = { ...EMPTY, snapshot: 4, loss: "sigmoid", base: "tiny", launcher: "local" };
const FIELDS = settingFields(DPO, lossOf(DPO, "sigmoid"), {});

describe("runBody", () => {
  it("sends the snapshot, or the export where one was chosen, and only settings that were changed", () => {
    expect(runBody({ ...FORM, entries: { beta: "0.1", max_steps: "5" } }, FIELDS, DPO.losses[0])).toEqual({
      snapshot: 4,
      kind: "dpo",
      base_model: "tiny",
      config: { max_steps: 5, loss_type: "sigmoid" },
      launcher: "local",
      gpus: 0,
      priority: 0,
      members: 1,
    });
    const body = runBody({ ...FORM, export: 9, base: HUB, hub: " a/b ", name: " x " }, FIELDS, undefined);
    expect(body).toMatchObject({ export: 9, base_model: "hub:a/b", name: "x" });
    expect(body).not.toHaveProperty("snapshot");
  });
});

describe("runProblems", () => {
  it("says what is missing by the server's names", () => {
    const found = runProblems(
      {
        ...EMPTY,
        base: HUB,
        hub: "nobody",
        gpus: "-1",
        priority: "high",
        members: "0",
        entries: { beta: "0" },
      },
      FIELDS,
    );
    expect(Object.keys(found).sort()).toEqual([
      "base_model",
      "config.beta",
      "gpus",
      "members",
      "priority",
      "snapshot",
    ]);
    expect(runProblems(FORM, FIELDS)).toEqual({});
  });
});

describe("runChanges", () => {
  const parent = {
    base_model: "tiny",
    name: "first",
    launcher: "local",
    gpus: 0,
    priority: 0,
    config: {
      loss_type: "sigmoid",
      max_steps: 5,
      beta: 0.2,
      use_lora: true,
      lora_r: 8,
      odd: 3,
      f_divergence: "a",
    },
  } as unknown as Run;

  it("holds what differs, also where that is the default", () => {
    const form = { ...FORM, name: "first", entries: { max_steps: "5", beta: "0.1", lora_r: "16" } };
    expect(runChanges(form, FIELDS, DPO.losses[0], parent)).toEqual({ config: { beta: 0.1, lora_r: 16 } });
    const same = { ...FORM, name: "first", entries: { max_steps: "5", beta: "0.2" } };
    expect(runChanges(same, FIELDS, DPO.losses[0], parent)).toEqual({});
  });

  it("turns from steps to epochs", () => {
    const entries = { max_steps: "5", beta: "0.2", epochs: "2" };
    const fields = settingFields(DPO, DPO.losses[0], entries);
    expect(runChanges({ ...FORM, name: "first", entries }, fields, DPO.losses[0], parent)).toEqual({
      config: { epochs: 2 },
    });
  });
});

describe("startOf", () => {
  const known = {
    methods: [DPO, { ...DPO, kind: "reward", formats: ["trl_reward"] } as TrainingMethod],
    snapshots: [{ id: 4 }, { id: 5 }] as never[],
    exports: [{ id: 9, snapshot: 5, state: "ready", format: "trl_reward" }] as never[],
    models: [
      { key: "big", available: false },
      { key: "tiny", available: true },
    ] as never[],
    launchers: [
      { name: "slurm", available: false },
      { name: "local", available: true },
    ] as never[],
  };

  it("takes what the address asks for, else the likeliest", () => {
    expect(startOf(known, {})).toMatchObject({
      snapshot: 4,
      export: null,
      kind: "dpo",
      base: "tiny",
      launcher: "local",
    });
    expect(startOf(known, { export: "9" })).toMatchObject({ snapshot: 5, export: 9, kind: "reward" });
    expect(startOf(known, { snapshot: "5", kind: "reward" })).toMatchObject({ snapshot: 5, kind: "reward" });
  });

  it("shows a run that is cloned as it was", () => {
    const run = {
      snapshot: 5,
      export: 9,
      kind: "dpo",
      base_model: "hub:a/b",
      name: "first",
      launcher: "slurm",
      gpus: 2,
      priority: 1,
      config: { loss_type: "cdpo", beta: 0.3, label_smoothing: 0.2 },
    } as unknown as Run;
    expect(startOf(known, {}, run)).toMatchObject({
      loss: "cdpo",
      base: HUB,
      hub: "a/b",
      gpus: "2",
      launcher: "slurm",
      entries: { beta: "0.3", label_smoothing: "0.2" },
    });
  });
});
