import { useEffect, useState } from "react";
import { registry, useActions } from "@/actions";
import { bindKeyboard } from "@/actions/keyboard";
import { CommandPalette } from "./command-palette";
import { HelpSheet } from "./help-sheet";

/** Binds the keys of all registered actions and owns the two views of them: help sheet and palette. */
export function Keyboard() {
  const [open, setOpen] = useState<"help" | "palette" | null>(null);
  useEffect(() => bindKeyboard(registry), []);
  useActions([
    {
      id: "app.palette",
      label: "Find a command or page",
      keys: ["$mod+k"],
      group: "Everywhere",
      icon: "search",
      whileTyping: true,
      inDialog: true,
      keyOnly: true,
      run: () => setOpen((now) => (now === "palette" ? null : "palette")),
    },
    {
      id: "app.help",
      label: "Show keys",
      keys: ["Shift+?"],
      group: "Everywhere",
      icon: "keyboard",
      run: () => setOpen("help"),
    },
  ]);
  return (
    <>
      <HelpSheet open={open === "help"} onOpenChange={(next) => setOpen(next ? "help" : null)} />
      <CommandPalette open={open === "palette"} onOpenChange={(next) => setOpen(next ? "palette" : null)} />
    </>
  );
}
