import type { BaseModel, ModelVersion } from "@/lib/api/types";

export type Origin = "hub" | "local";

/** What the dialog holds; texts as they were typed. */
export interface RegisterForm {
  kind: ModelVersion["kind"];
  origin: Origin;
  /** owner/name, or the address of its page. */
  hub: string;
  revision: string;
  folder: string | null;
  name: string;
}

export const EMPTY: RegisterForm = {
  kind: "reward",
  origin: "hub",
  hub: "",
  revision: "",
  folder: null,
  name: "",
};

/** A model of the Hub as it was typed or pasted: its page's address, owner/name@revision and hub:… mean the same. */
export function hubModelOf(typed: string): { name: string; revision: string } {
  const text = typed
    .trim()
    .replace(/^https?:\/\/(www\.)?(huggingface\.co|hf\.co)\//, "")
    .replace(/^hub:/, "")
    .replace(/[?#].*$/, "")
    .replace(/\/+$/, "");
  const [, name, revision] = /^([^/]+\/[^/@]+)(?:@|\/tree\/)(.+)$/.exec(text) ?? [];
  return { name: name ?? text, revision: revision ?? "" };
}

/** What the server is asked to register: `hub:owner/name`, `hub:owner/name@revision`, or `local:folder`. */
export function bodyOf(form: RegisterForm, folders: Folder[]) {
  return { kind: form.kind, base_model: baseModelOf(form, folders), name: form.name.trim() };
}

/** The name it gets when none is given; "" while that is not known. */
export function ownNameOf(form: RegisterForm, folders: Folder[]): string {
  if (form.origin === "local") return folderOf(form, folders)?.name ?? "";
  return hubModelOf(form.hub).name.split("/")[1] ?? "";
}

/** A folder of models on the server; `complete` when it holds what a model needs. */
export interface Folder {
  name: string;
  complete: boolean;
}

export function foldersOf(models: BaseModel[]): Folder[] {
  return models
    .filter((each) => each.kind === "local")
    .map((each) => ({ name: each.title, complete: each.available }));
}

/** The folder chosen, else the first that can be. */
export function folderOf(form: RegisterForm, folders: Folder[]): Folder | undefined {
  return folders.find((each) => each.name === form.folder) ?? folders.find((each) => each.complete);
}

/** The model that a job has registered. */
export function modelOf(job: { state: string; result: unknown }): number | null {
  const result = job.state === "succeeded" ? (job.result as { model_version?: unknown } | null) : null;
  return typeof result?.model_version === "number" ? result.model_version : null;
}

function baseModelOf(form: RegisterForm, folders: Folder[]): string {
  if (form.origin === "local") return `local:${folderOf(form, folders)?.name ?? ""}`;
  const { name, revision } = hubModelOf(form.hub);
  const wanted = form.revision.trim() || revision;
  return wanted ? `hub:${name}@${wanted}` : `hub:${name}`;
}
