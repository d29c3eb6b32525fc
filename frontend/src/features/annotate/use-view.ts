import { type RefObject, useState } from "react";
import type { Action } from "@/actions";
import { ANNOTATE } from "@/actions/catalogue";
import type { Item } from "@/lib/api/types";
import { msg, useT } from "@/lib/i18n";
import { readSetting, writeSetting } from "@/lib/storage";
import type { Layout, View } from "./responses";

const LAYOUT_NAMES: Record<Layout, string> = {
  columns: msg("Columns"),
  grid: msg("Grid"),
  stack: msg("Stack"),
  focus: msg("One at a time"),
};

/** Two rows are worth it from four responses on; one response has no layout. */
export function layoutsFor(responses: number): Layout[] {
  if (responses < 2) return ["columns"];
  return responses < 4 ? ["columns", "stack", "focus"] : ["columns", "grid", "stack", "focus"];
}

/** How the person likes to read so many responses: kept for the next item and the next day. */
export function useView(panes: RefObject<(HTMLElement | null)[]>, item: Item, person: number) {
  const t = useT();
  const responses = item.responses.length;
  const layouts = layoutsFor(responses);
  const layoutSetting = `annotate-layout.${person}.${responses}`;
  const [layout, setLayout] = useState<Layout>(() => {
    const stored = readSetting(layoutSetting);
    return layouts.find((each) => each === stored) ?? "columns";
  });
  const [synced, setSynced] = useKept(`annotate-synced.${person}`, false);
  const [open, setOpen] = useKept(`annotate-prompt.${person}`, true);
  const [sources, setSources] = useKept(`annotate-sources.${person}`, true);
  const [focused, setFocused] = useState<number | null>(null);
  const [diff, setDiff] = useState(false);
  const [pair, setPair] = useState<[number, number]>([0, 1]);
  const [current, setCurrent] = useState<string | undefined>(item.responses[0]?.response_id);

  const shown = layout === "focus" ? (focused ?? 0) : focused;
  const focus = (index: number) => {
    const again = layout !== "focus" && focused === index;
    setFocused(again ? null : index);
    setCurrent(item.responses[index]?.response_id);
    requestAnimationFrame(() => panes.current[index]?.focus({ preventScroll: true }));
  };
  const step = (by: 1 | -1) => {
    if (responses === 2) focus(by < 0 ? 0 : 1);
    else if (shown === null)
      focus(
        Math.max(
          0,
          item.responses.findIndex((each) => each.response_id === current),
        ),
      );
    else focus((shown + by + responses) % responses);
  };

  const several = () => responses > 1;
  const reading = t("Reading");
  const actions: Action[] = [
    {
      ...ANNOTATE.prompt,
      label: open ? t("Fold the prompt") : t("Show the prompt"),
      group: reading,
      run: () => setOpen(!open),
    },
    {
      ...ANNOTATE.sources,
      label: sources ? t("Fold the sources") : t("Show the sources"),
      group: reading,
      keyOnly: true,
      when: () => Boolean(item.materials?.passages?.length || item.materials?.reference),
      run: () => setSources(!sources),
    },
    {
      ...ANNOTATE.layout,
      label: t(LAYOUT_NAMES[layout]),
      group: reading,
      when: several,
      run: () => {
        const next = layouts[(layouts.indexOf(layout) + 1) % layouts.length] ?? "columns";
        setLayout(next);
        setFocused(null);
        writeSetting(layoutSetting, next);
      },
    },
    {
      ...ANNOTATE.sync,
      label: synced ? t("Scroll apart") : t("Scroll together"),
      group: reading,
      when: several,
      run: () => setSynced(!synced),
    },
    {
      ...ANNOTATE.diff,
      label: diff ? t("Hide differences") : t("Differences"),
      group: reading,
      when: several,
      run: () => setDiff(!diff),
    },
    {
      ...ANNOTATE.focusPrevious,
      label: responses === 2 ? t("First response alone") : t("Previous response alone"),
      group: reading,
      keyOnly: true,
      when: several,
      run: () => step(-1),
    },
    {
      ...ANNOTATE.focusNext,
      label: responses === 2 ? t("Second response alone") : t("Next response alone"),
      group: reading,
      keyOnly: true,
      when: several,
      run: () => step(1),
    },
    {
      ...ANNOTATE.showAll,
      label: t(ANNOTATE.showAll.label),
      group: reading,
      keyOnly: true,
      when: () => focused !== null && layout !== "focus",
      run: () => setFocused(null),
    },
  ];
  const view: View = { layout, synced, focused: shown, diff, pair, ...(current && { current }) };
  return {
    view,
    setPair,
    setCurrent,
    focus,
    promptOpen: { open, toggle: () => setOpen(!open) },
    sourcesOpen: { open: sources, toggle: () => setSources(!sources) },
    actions,
  };
}

/** A switch that stays as it was left. */
function useKept(name: string, otherwise: boolean): [boolean, (next: boolean) => void] {
  const [on, setOn] = useState(() => {
    const stored = readSetting(name);
    return stored === null ? otherwise : stored === "yes";
  });
  return [
    on,
    (next) => {
      setOn(next);
      writeSetting(name, next ? "yes" : "no");
    },
  ];
}
