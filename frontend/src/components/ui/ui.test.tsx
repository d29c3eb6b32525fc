import { fireEvent, render, screen } from "@testing-library/react";
import axe from "axe-core";
import { describe, expect, it, vi } from "vitest";
import { ApiError } from "@/lib/api/errors";
import { ActionButton, Button } from "./button";
import { Confirm } from "./dialog";
import { Checkbox, Field, Input, NumberInput, Select } from "./field";
import { FormDialog } from "./form-dialog";
import { ProgressBar } from "./progress-bar";
import { Async, PagedRows } from "./states";
import { DataTable } from "./table";

async function violations(container: Element): Promise<string[]> {
  const result = await axe.run(container, { rules: { "color-contrast": { enabled: false } } });
  return result.violations.map((each) => each.id);
}

describe("fields", () => {
  it("tie label, hint and error to the control", () => {
    render(
      <Field label="Name" hint="As others see it." error="This name is taken.">
        <Input />
      </Field>,
    );
    const input = screen.getByLabelText(/Name/);
    expect(input.getAttribute("aria-invalid")).toBe("true");
    const described = (input.getAttribute("aria-describedby") ?? "").split(" ");
    expect(described.map((id) => document.getElementById(id)?.textContent)).toEqual([
      "As others see it.",
      "This name is taken.",
    ]);
  });

  it("ask a phone for the keys of a number, digits alone where it is whole", () => {
    render(
      <>
        <Field label="Share" error="Give a number.">
          <NumberInput className="max-w-28" />
        </Field>
        <Field label="GPUs">
          <NumberInput whole />
        </Field>
      </>,
    );
    const share = screen.getByLabelText(/Share/);
    expect(share.inputMode).toBe("decimal");
    expect(share.getAttribute("aria-invalid")).toBe("true");
    expect([...share.classList]).toEqual(expect.arrayContaining(["num", "max-w-28"]));
    expect(screen.getByLabelText(/GPUs/).inputMode).toBe("numeric");
  });

  it("have no accessibility violations", async () => {
    const { container } = render(
      <form>
        <Field label="Name" required>
          <Input />
        </Field>
        <Field label="Role">
          <Select options={[{ value: "a", label: "A" }]} />
        </Field>
        <Checkbox label="Keep" hint="For later." />
        <ProgressBar label="Import" done={3} total={10} failed={1} />
        <Button icon="plus">Add</Button>
      </form>,
    );
    expect(await violations(container)).toEqual([]);
  });
});

describe("an action's button", () => {
  it("shows label and key, and is off when the action is", () => {
    const run = vi.fn();
    const action = { id: "t.go", label: "Queue rows", keys: ["n"], group: "Test", run, when: () => true };
    const { rerender } = render(<ActionButton action={action} />);
    const button = screen.getByRole<HTMLButtonElement>("button", { name: "Queue rows" });
    expect(button.getAttribute("aria-keyshortcuts")).toBe("n");
    expect(button.querySelector("kbd")?.textContent).toBe("n");
    fireEvent.click(button);
    expect(run).toHaveBeenCalledTimes(1);
    rerender(<ActionButton action={{ ...action, when: () => false }} />);
    expect(button.disabled).toBe(true);
  });
});

describe("a table", () => {
  it("opens a row by click, but not when a control in it was meant", () => {
    const open = vi.fn();
    const other = vi.fn();
    render(
      <DataTable
        caption="Things"
        rows={[{ id: 1 }]}
        rowKey={(row) => row.id}
        onRowClick={open}
        columns={[
          { key: "id", header: "Id", cell: (row) => row.id },
          { key: "do", header: "Do", cell: () => <Button onClick={other}>Do</Button> },
        ]}
      />,
    );
    fireEvent.click(screen.getByText("Do", { selector: "button" }));
    expect(other).toHaveBeenCalledTimes(1);
    expect(open).not.toHaveBeenCalled();
    fireEvent.click(screen.getByText("1"));
    expect(open).toHaveBeenCalledTimes(1);
  });
});

describe("a confirmation", () => {
  it("acts only on the second press", () => {
    const go = vi.fn();
    render(
      <Confirm
        title="Cancel?"
        description="Work so far is lost."
        confirm="Cancel job"
        onConfirm={go}
        trigger={(ask) => <Button onClick={ask}>Cancel</Button>}
      />,
    );
    fireEvent.click(screen.getByRole("button", { name: "Cancel" }));
    expect(go).not.toHaveBeenCalled();
    fireEvent.click(screen.getByRole("button", { name: "Cancel job" }));
    expect(go).toHaveBeenCalledTimes(1);
  });
});

describe("a dialog that is a form", () => {
  const show = (error: unknown, isPending = false) => (
    <FormDialog
      title="Create dataset"
      submit="Create dataset"
      mutation={{ isPending, error }}
      onClose={close}
      onSubmit={send}
    >
      <Field label="Name">
        <Input />
      </Field>
    </FormDialog>
  );
  const close = vi.fn();
  const send = vi.fn();

  it("sends by its button, says above the fields what was refused, and can be left", () => {
    const { rerender } = render(show(null));
    const button = screen.getByRole<HTMLButtonElement>("button", { name: "Create dataset" });
    fireEvent.click(button);
    expect(send).toHaveBeenCalledTimes(1);
    rerender(show(null, true));
    expect(button.disabled).toBe(true);
    rerender(show(new Error("The store is full.")));
    expect(screen.getByRole("alert").textContent).toContain("The store is full.");
    expect(close).not.toHaveBeenCalled();
    fireEvent.click(screen.getByRole("button", { name: "Close" }));
    expect(close).toHaveBeenCalledTimes(1);
  });
});

describe("a query's content", () => {
  const base = { data: undefined, error: null, isPending: true, refetch: vi.fn() };

  it("is a skeleton, then an error with a way out, then the data", () => {
    const show = (data: string) => <p>{data}</p>;
    const { rerender } = render(<Async query={base}>{show}</Async>);
    expect(screen.getByRole("status")).toBeTruthy();
    const error = new ApiError(503, {
      type: "busy",
      message: "The store is busy.",
      hint: "Try again in a minute.",
    });
    rerender(<Async query={{ ...base, error, isPending: false }}>{show}</Async>);
    expect(screen.getByRole("alert").textContent).toContain("The store is busy. Try again in a minute.");
    fireEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(base.refetch).toHaveBeenCalledTimes(1);
    rerender(<Async query={{ ...base, data: "Rows", error }}>{show}</Async>);
    expect(screen.getByText("Rows")).toBeTruthy();
  });
});

describe("the rows of a paged list", () => {
  const base = {
    rows: [] as string[],
    error: null,
    isPending: false,
    isEmpty: false,
    hasMore: false,
    isLoadingMore: false,
    refetch: vi.fn(),
    loadMore: vi.fn(),
  };
  const show = (list: Parameters<typeof PagedRows>[0]["list"]) => (
    <PagedRows list={list} empty={<p>No rows yet</p>}>
      <p>Rows</p>
    </PagedRows>
  );

  it("are a skeleton first, and say when there are none", () => {
    const { rerender } = render(show({ ...base, isPending: true }));
    expect(screen.getByRole("status")).toBeTruthy();
    expect(screen.queryByText("No rows yet")).toBeNull();
    rerender(show({ ...base, isEmpty: true }));
    expect(screen.queryByRole("status")).toBeNull();
    expect(screen.getByText("No rows yet")).toBeTruthy();
    expect(screen.queryByText("Rows")).toBeNull();
  });

  it("stay below a failure, with more where there are more", () => {
    render(show({ ...base, rows: ["a"], hasMore: true, error: new Error("The store is busy.") }));
    expect(screen.getByRole("alert").textContent).toContain("The store is busy.");
    expect(screen.getByText("Rows")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Show more" }));
    expect(base.loadMore).toHaveBeenCalledTimes(1);
  });
});
