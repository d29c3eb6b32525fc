import { describe, expect, it } from "vitest";
import { bodyOf, EMPTY, folderOf, foldersOf, hubModelOf, modelOf, ownNameOf } from "./form";

const FOLDERS = [
  { name: "half", complete: false },
  { name: "scorer", complete: true },
  { name: "tiny", complete: true },
];

describe("a model of the Hub", () => {
  it.each([
    ["owner/name", "owner/name", ""],
    [" hub:owner/name ", "owner/name", ""],
    ["owner/name@main", "owner/name", "main"],
    ["https://huggingface.co/owner/name/", "owner/name", ""],
    ["https://huggingface.co/owner/name?library=x#files", "owner/name", ""],
    ["https://huggingface.co/owner/name/tree/v1.0", "owner/name", "v1.0"],
    ["nobody", "nobody", ""],
    ["", "", ""],
  ])("typed as %o is %s", (typed, name, revision) => {
    expect(hubModelOf(typed)).toEqual({ name, revision });
  });

  it("is asked for at the revision of its own field, else at the one pasted, else at the newest", () => {
    const form = { ...EMPTY, hub: "owner/name@old", name: " Helpful " };
    expect(bodyOf(form, [])).toEqual({ kind: "reward", base_model: "hub:owner/name@old", name: "Helpful" });
    expect(bodyOf({ ...form, revision: "new " }, []).base_model).toBe("hub:owner/name@new");
    expect(bodyOf({ ...form, hub: "owner/name" }, []).base_model).toBe("hub:owner/name");
  });

  it("is called by its own name unless given one", () => {
    expect(ownNameOf({ ...EMPTY, hub: "owner/name@old" }, [])).toBe("name");
    expect(ownNameOf(EMPTY, [])).toBe("");
  });
});

describe("a folder of the server", () => {
  const form = {
    ...EMPTY,
    kind: "policy" as const,
    origin: "local" as const,
    hub: "left/over",
    revision: "x",
  };

  it("is one of those the server lists, the first that is complete unless another is chosen", () => {
    expect(bodyOf(form, FOLDERS)).toEqual({ kind: "policy", base_model: "local:scorer", name: "" });
    expect(bodyOf({ ...form, folder: "tiny" }, FOLDERS).base_model).toBe("local:tiny");
    expect(ownNameOf({ ...form, folder: "tiny" }, FOLDERS)).toBe("tiny");
    expect(folderOf(form, [])).toBeUndefined();
  });

  it("is told from the other models that runs may start from", () => {
    const model = { description: "", available: true };
    const listed = [
      { ...model, key: "tiny-llama", title: "Tiny Llama", kind: "packaged" },
      { ...model, key: "local:half", title: "half", kind: "local", available: false },
      { ...model, key: "model:1", title: "Helpful v1", kind: "trained" },
    ];
    expect(foldersOf(listed as never)).toEqual([{ name: "half", complete: false }]);
  });
});

it("a job names its model once it has succeeded", () => {
  expect(modelOf({ state: "succeeded", result: { model_version: 7 } })).toBe(7);
  expect(modelOf({ state: "running", result: null })).toBeNull();
  expect(modelOf({ state: "failed", result: { model_version: 7 } })).toBeNull();
});
