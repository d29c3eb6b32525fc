import { QueryClient } from "@tanstack/react-query";
import { fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { projectQuery } from "@/lib/session";
import { pageAt } from "@/test/page-at";
import { AddSetDialog } from "./add-set-dialog";

const asked = vi.hoisted(() => vi.fn<(address: string, form: FormData) => Promise<object>>());
vi.mock("@/lib/api/client", async (original) => ({ ...(await original<object>()), upload: asked }));

it("takes files, and finds their layout out where none is chosen", async () => {
  asked.mockResolvedValue({ id: 5 });
  const started = vi.fn();
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  client.setQueryData(projectQuery(2).queryKey, { id: 2 } as never);
  pageAt(() => <AddSetDialog onClose={vi.fn()} onStarted={started} />, "/projects/2", {
    client,
    path: "/projects/$projectId",
  });
  const files = await screen.findByLabelText<HTMLInputElement>("Files");
  const send = screen.getByRole<HTMLButtonElement>("button", { name: "Add set" });

  // Without a file the browser says so at the field; nothing else is asked for.
  const invalid = () => [...document.querySelectorAll(":invalid:is(input, select)")];
  expect(send.disabled).toBe(false);
  expect(invalid()).toEqual([files]);
  fireEvent.click(send);
  expect(asked).not.toHaveBeenCalled();

  const file = new File(["{}"], "gardens.jsonl");
  fireEvent.change(files, { target: { files: [file] } });
  fireEvent.submit(files.form as HTMLFormElement);

  await waitFor(() => expect(started).toHaveBeenCalledWith({ id: 5 }));
  const sent = asked.mock.calls[0]?.[1] ?? new FormData();
  expect([sent.get("layout"), (sent.get("file") as File).name]).toEqual([null, "gardens.jsonl"]);
});
