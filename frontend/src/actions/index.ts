export { type Action, registry, runAction } from "./registry";
export { useAction, useActions, useRegisteredActions } from "./use-actions";
export { useListKeys } from "./use-list-keys";
