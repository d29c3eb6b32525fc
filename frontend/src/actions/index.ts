export { HeldKeys, useHeldKeys } from "./hold-keys";
export { type Action, type Keymap, registry, runAction } from "./registry";
export { useAction, useActions, useKeyOf, useKeysOf, useRegisteredActions } from "./use-actions";
export { useListKeys } from "./use-list-keys";
