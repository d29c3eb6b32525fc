import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { Tabs } from "./tabs";

const ITEMS = ["Curves", "Log"].map((label) => ({
  value: label.toLowerCase(),
  label,
  content: `All ${label}`,
}));

it("shows the tab that is asked for", () => {
  render(<Tabs label="Run" items={ITEMS} value="log" />);
  expect(screen.getByRole("tabpanel").textContent).toBe("All Log");
});

it("shows the first tab when there is none of that name", () => {
  render(<Tabs label="Run" items={ITEMS} value="nonsense" />);
  expect(screen.getByRole("tab", { name: "Curves", selected: true })).toBeTruthy();
  expect(screen.getByRole("tabpanel").textContent).toBe("All Curves");
});
