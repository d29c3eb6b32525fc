import { QueryClient } from "@tanstack/react-query";
import { fireEvent, screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { DatasetVersion } from "@/lib/api/types";
import { projectQuery } from "@/lib/session";
import { pageAt } from "@/test/page-at";
import { ResponsesDialog } from "./responses-dialog";

const fetched = vi.fn<typeof fetch>();
const sent = () => fetched.mock.calls.filter(([, init]) => init?.method === "POST");
const answer = (body: object, status = 200) => Response.json(body, { status });

async function open() {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  client.setQueryData(projectQuery(2).queryKey, { id: 2 } as never);
  client.setQueryData(["judge-models", 2], {
    results: [
      { source: "fake", model: {}, title: "Scripted", description: "For trying out.", available: true },
      { source: "endpoint", model: { endpoint: "lab" }, title: "Lab", description: "", available: true },
    ],
    next: null,
  });
  const version = { id: 5, number: 3 } as DatasetVersion;
  pageAt(() => <ResponsesDialog version={version} onClose={vi.fn()} onStarted={vi.fn()} />, "/projects/2", {
    client,
    path: "/projects/$projectId",
  });
  await screen.findByText("Scripted");
}

const type = (label: RegExp, value: string) =>
  fireEvent.change(screen.getByLabelText(label), { target: { value } });
const send = () => fireEvent.click(screen.getByRole("button", { name: "Write responses" }));

describe("responses that models write", () => {
  beforeEach(() => {
    fetched.mockReset().mockImplementation(async () => answer({ id: 9 }, 202));
    vi.stubGlobal("fetch", fetched);
  });

  it("take a number with a comma", async () => {
    await open();
    fireEvent.click(screen.getByLabelText(/Scripted/));
    type(/Name of the new dataset/, " Written ");
    type(/Temperature/, "0,7");
    send();
    await waitFor(() => expect(sent()).toHaveLength(1));
    expect(JSON.parse(String(sent()[0]?.[1]?.body))).toEqual({
      writers: [{ source: "fake", model: {} }],
      name: "Written",
      keep_responses: false,
      prompts: 100,
      samples: 1,
      sampling: { top_p: 1, temperature: 0.7, max_tokens: 512 },
    });
  });

  it("are not asked for while a field is wrong, and each says what is", async () => {
    await open();
    fireEvent.click(screen.getByLabelText(/Lab/));
    type(/Prompts/, "many");
    type(/Responses of each model/, "");
    type(/Tokens at most/, "1,5");
    send();
    for (const [label, problem] of [
      [/Model at the endpoint/, "Name the model as the endpoint calls it."],
      [/Name of the new dataset/, "Give it a name."],
      [/Prompts/, "Give a whole number from 1 to 20000."],
      [/Responses of each model/, "Give a whole number from 1 to 16."],
      [/Tokens at most/, "Give a whole number from 1 to 8192."],
    ] as const) {
      const control = screen.getByLabelText(label);
      expect(control.getAttribute("aria-invalid")).toBe("true");
      expect(screen.getByText(problem)).toBeTruthy();
    }
    expect(sent()).toHaveLength(0);
  });

  it("say what the server refused until the field is changed, and above the form what no field shows", async () => {
    const refusal = { type: "invalid", message: "name: taken.", fields: { name: ["This name is taken."] } };
    fetched.mockImplementation(async () => answer(refusal, 409));
    await open();
    fireEvent.click(screen.getByLabelText(/Scripted/));
    type(/Name of the new dataset/, "Written");
    send();
    expect(await screen.findByText("This name is taken.")).toBeTruthy();
    type(/Name of the new dataset/, "Written 2");
    expect(screen.queryByText("This name is taken.")).toBeNull();
    fetched.mockImplementation(async () =>
      answer({ type: "invalid", message: "No such endpoint.", fields: { "model.endpoint": ["Gone."] } }, 400),
    );
    send();
    expect(await screen.findByText("No such endpoint.")).toBeTruthy();
  });
});
