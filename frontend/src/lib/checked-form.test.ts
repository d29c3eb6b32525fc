import { act, renderHook, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "./api/errors";
import { refusedOf, unplaced, useFormChecks, useFormEdits } from "./checked-form";
import { fieldsOf } from "./schema-form";

const refusal = (fields: Record<string, string>, message = "Not so.") =>
  new ApiError(400, { type: "invalid", message, fields });

function useForm({ error, send }: { error: ApiError | null; send: () => void }) {
  const edits = useFormEdits({ name: "", seed: "0" });
  const checks = useFormChecks({
    id: "form",
    changed: edits.changed,
    problems: () => (edits.form.name === "" ? { name: "Give it a name." } : ({} as Record<string, string>)),
    error,
    refused: refusedOf(error, {}),
    send,
  });
  return { ...edits, ...checks };
}

const shown = (send = vi.fn()) =>
  renderHook(useForm, { initialProps: { error: null as ApiError | null, send } });

describe("a checked form", () => {
  afterEach(() => document.body.replaceChildren());

  it("says what is missing once somebody tried to send it, and sends it when nothing is", () => {
    const send = vi.fn();
    const { result } = shown(send);
    expect(result.current.wrong("name")).toBeUndefined();
    act(() => result.current.submit());
    expect(result.current.wrong("name")).toBe("Give it a name.");
    expect(result.current.isIncomplete).toBe(true);
    expect(send).not.toHaveBeenCalled();
    act(() => result.current.edit({ name: "Pairs" }));
    expect(result.current.isIncomplete).toBe(false);
    act(() => result.current.submit());
    expect(send).toHaveBeenCalledTimes(1);
  });

  it("is as it was until something is changed, whatever it is given later", () => {
    const { result, rerender } = shown();
    rerender({ error: null, send: vi.fn() });
    expect(result.current.isDirty).toBe(false);
    act(() => result.current.edit({ seed: "1" }));
    expect(result.current.isDirty).toBe(true);
  });

  it("shows what the server refused of a field until that field is changed, and again when it is refused again", () => {
    const { result, rerender } = shown();
    rerender({ error: refusal({ seed: "Too large.", name: "Taken." }), send: vi.fn() });
    act(() => result.current.edit({ seed: "1" }));
    expect(result.current.wrong("seed")).toBeUndefined();
    expect(result.current.wrong("name")).toBe("Taken.");
    act(() => result.current.settle());
    expect(result.current.wrong("seed")).toBe("Too large.");
  });

  it("brings the first problem into sight", async () => {
    document.body.innerHTML = `<input aria-invalid="true"><form id="form"><input><input id="seed" aria-invalid="true"></form>`;
    const { result, rerender } = shown();
    act(() => result.current.submit());
    await waitFor(() => expect(document.activeElement?.id).toBe("seed"));
    act(() => (document.activeElement as HTMLElement).blur());
    rerender({ error: refusal({ seed: "Too large." }), send: vi.fn() });
    await waitFor(() => expect(document.activeElement?.id).toBe("seed"));
  });
});

describe("what the server refused", () => {
  const options = fieldsOf({ properties: { seed: { type: "integer" } } });
  const error = refusal({ name: "Taken.", "options.seed": "Wrong." }, "options.seed: this seed is used up.");

  it("stands under the names of the form, in whole sentences", () => {
    expect(refusedOf(error, { options })).toEqual({
      name: "Taken.",
      "options.seed": "This seed is used up.",
    });
    expect(refusedOf(new Error("Offline."), { options })).toEqual({});
  });

  it("is said of the whole form where no field shows it", () => {
    const refused = refusedOf(error, { options });
    expect(unplaced(null, {}, /^name$/)).toBeUndefined();
    expect(unplaced(error, refused, /^name$/)).toBeUndefined();
    expect(unplaced(error, refused, /^options\..*$/)).toBeUndefined();
    expect(unplaced(error, refused, /^gpus$/)).toBe("options.seed: this seed is used up.");
  });
});
