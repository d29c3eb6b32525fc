import { type RefObject, useState } from "react";
import type { Action } from "@/actions";
import { readSetting, writeSetting } from "@/lib/storage";
import type { Layout, View } from "./responses";

/** How the person likes to read: kept for the next item and the next day. */
export function useView(panes: RefObject<(HTMLElement | null)[]>, responses: number) {
  const [layout, setLayout] = useState<Layout>(
    readSetting("annotate-layout") === "stack" ? "stack" : "columns",
  );
  const [synced, setSynced] = useState(readSetting("annotate-synced") === "yes");
  const [open, setOpen] = useState(readSetting("annotate-prompt") !== "folded");
  const [focused, setFocused] = useState<number | null>(null);
  const [diff, setDiff] = useState(false);

  const togglePrompt = () => {
    setOpen(!open);
    writeSetting("annotate-prompt", open ? "folded" : "open");
  };
  const focus = (index: number) => {
    const next = focused === index ? null : index;
    setFocused(next);
    if (next !== null) requestAnimationFrame(() => panes.current[index]?.focus({ preventScroll: true }));
  };

  const group = "Reading";
  const actions: Action[] = [
    {
      id: "annotate.prompt",
      label: open ? "Fold the prompt" : "Show the prompt",
      keys: ["p"],
      group,
      run: togglePrompt,
    },
    {
      id: "annotate.layout",
      label: layout === "columns" ? "Stack" : "Columns",
      keys: ["l"],
      group,
      icon: "reader",
      run: () => {
        const next = layout === "columns" ? "stack" : "columns";
        setLayout(next);
        writeSetting("annotate-layout", next);
      },
    },
    {
      id: "annotate.sync",
      label: synced ? "Scroll apart" : "Scroll together",
      keys: ["s"],
      group,
      icon: "link",
      when: () => responses > 1,
      run: () => {
        setSynced(!synced);
        writeSetting("annotate-synced", synced ? null : "yes");
      },
    },
    {
      id: "annotate.diff",
      label: diff ? "Hide differences" : "Differences",
      keys: ["d"],
      group,
      icon: "table",
      when: () => responses > 1,
      run: () => setDiff(!diff),
    },
    { id: "annotate.first", label: "First response alone", keys: ["["], group, run: () => focus(0) },
    {
      id: "annotate.second",
      label: "Second response alone",
      keys: ["]"],
      group,
      when: () => responses > 1,
      run: () => focus(1),
    },
    {
      id: "annotate.both",
      label: "Show all responses",
      keys: ["Escape"],
      group,
      when: () => focused !== null && !(document.activeElement instanceof HTMLTextAreaElement),
      run: () => setFocused(null),
    },
  ];
  const view: View = { layout, synced, focused, diff };
  return { view, promptOpen: { open, toggle: togglePrompt }, actions };
}
