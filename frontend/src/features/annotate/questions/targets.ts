import type { Item } from "@/lib/api/types";
import { SIDE_NAMES } from "../side-names";
import type { Target } from "./types";

type Translate = (key: string, values?: Record<string, unknown>) => string;

export function responseTargets(item: Item): Target[] {
  return item.responses.map((response) => response.response_id);
}

/** The assistant's turns of the prompt in order, then every response: each ends the conversation. */
export function turnTargets(item: Item): Target[] {
  const turns = item.prompt.flatMap((message, index) =>
    message.role === "assistant" ? [`turn:${index}`] : [],
  );
  return [...turns, ...responseTargets(item)];
}

/** The source text of a target; undefined when the item has none such. */
export function textOf(item: Item, target: Target): string | undefined {
  const response = item.responses.find((each) => each.response_id === target);
  if (response) return response.content;
  const turn = /^turn:(\d+)$/.exec(target);
  const message = turn ? item.prompt[Number(turn[1])] : undefined;
  return message?.role === "assistant" ? message.content : undefined;
}

/** "First", "Second" … in the order shown, or "Turn 3" of the conversation. */
export function targetName(item: Item, target: Target, t: Translate): string {
  const index = responseTargets(item).indexOf(target);
  const name = SIDE_NAMES[index];
  if (index >= 0) return name ? t(name) : t("Response {{number}}", { number: index + 1 });
  const turn = /^turn:(\d+)$/.exec(target);
  return turn ? t("Turn {{number}}", { number: Number(turn[1]) + 1 }) : target;
}
