import { createKeybindingsHandler } from "tinykeys";
import { readSetting, writeSetting } from "@/lib/storage";
import { mayAnswer } from "./guard";
import { type ActionRegistry, isSingleCharacter, runAction } from "./registry";

export function singleKeysEnabled(): boolean {
  return readSetting("single-keys") !== "off";
}

export function setSingleKeys(on: boolean): void {
  writeSetting("single-keys", on ? null : "off");
}

/** Answers one key press: the last registered enabled action that may answer it runs, and only that one. */
export function answerKey(registry: ActionRegistry, key: string, event: KeyboardEvent): boolean {
  if (isSingleCharacter(key) && !singleKeysEnabled()) return false;
  const action = registry.boundTo(key).find((each) => mayAnswer(event, each));
  if (!action) return false;
  event.preventDefault();
  runAction(action);
  return true;
}

/** Binds all keys of the registry to the window; rebinds when the set of keys changes. Returns the undo. */
export function bindKeyboard(registry: ActionRegistry, target: Window = window): () => void {
  let bound = "";
  let handler: EventListener | null = null;
  const rebind = () => {
    const keys = registry.keys();
    if (keys.join("\n") === bound) return;
    bound = keys.join("\n");
    if (handler) target.removeEventListener("keydown", handler);
    handler = createKeybindingsHandler(
      Object.fromEntries(
        keys.map((key) => [key, (event: KeyboardEvent) => void answerKey(registry, key, event)]),
      ),
      { ignore: () => false },
    );
    target.addEventListener("keydown", handler);
  };
  rebind();
  const unsubscribe = registry.subscribe(rebind);
  return () => {
    unsubscribe();
    if (handler) target.removeEventListener("keydown", handler);
  };
}
