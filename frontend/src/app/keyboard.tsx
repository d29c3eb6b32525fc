import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useLayoutEffect, useState } from "react";
import { registry, useActions } from "@/actions";
import { EVERYWHERE } from "@/actions/catalogue";
import { bindKeyboard } from "@/actions/keyboard";
import { setLocale, useT } from "@/lib/i18n";
import { meQuery } from "@/lib/session";
import { whenQuiet } from "@/lib/when-quiet";

const HelpSheet = lazy(() => import("./help-sheet").then((module) => ({ default: module.HelpSheet })));
const CommandPalette = lazy(() =>
  import("./command-palette").then((module) => ({ default: module.CommandPalette })),
);

/** Binds the keys of all registered actions and owns the two views of them: help sheet and palette. */
export function Keyboard() {
  const [open, setOpen] = useState<"help" | "palette" | null>(null);
  useEffect(() => bindKeyboard(registry), []);
  usePersonalKeys();
  const t = useT();
  useActions([
    {
      ...EVERYWHERE.palette,
      label: t(EVERYWHERE.palette.label),
      group: t(EVERYWHERE.palette.group),
      inDialog: true,
      run: () => setOpen((now) => (now === "palette" ? null : "palette")),
    },
    {
      ...EVERYWHERE.help,
      label: t(EVERYWHERE.help.label),
      group: t(EVERYWHERE.help.group),
      run: () => setOpen("help"),
    },
  ]);
  const [wanted, setWanted] = useState(false);
  useEffect(() => {
    void whenQuiet().then(() => setWanted(true));
  }, []);
  if (!wanted && open === null) return null;
  return (
    <Suspense fallback={null}>
      <HelpSheet open={open === "help"} onOpenChange={(next) => setOpen(next ? "help" : null)} />
      <CommandPalette open={open === "palette"} onOpenChange={(next) => setOpen(next ? "palette" : null)} />
    </Suspense>
  );
}

/** The keys and the language of whoever is signed in; nobody's on pages without a session. */
function usePersonalKeys(): void {
  const me = useQuery({ ...meQuery, enabled: false }).data;
  const keymap = me?.keymap;
  useLayoutEffect(() => registry.setKeymap(keymap), [keymap]);
  const locale = me?.locale;
  useEffect(() => {
    if (locale !== undefined) void setLocale(locale);
  }, [locale]);
}
