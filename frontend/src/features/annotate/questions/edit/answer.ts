import type { Item } from "@/lib/api/types";
import { responseTargets, textOf } from "../targets";
import type { EditAnswer, EditQuestion, Facts, Target } from "../types";
import { charactersBetween } from "./changes";

export function editOf(answer: EditAnswer | undefined, target: Target): string | undefined {
  return answer?.edits.find((each) => each.response === target)?.text;
}

/** The answer with another text for a response; the original's own text is no edit. */
export function withEdit(
  answer: EditAnswer | undefined,
  item: Item,
  target: Target,
  text: string,
): EditAnswer | undefined {
  const others = answer?.edits.filter((each) => each.response !== target) ?? [];
  const original = textOf(item, target) ?? "";
  // The distance is kept with the text, because conditions of later questions look at the answer alone.
  const edits =
    text === original
      ? others
      : [...others, { response: target, text, characters: charactersBetween(original, text) }];
  return edits.length > 0 ? { edits } : undefined;
}

function isEdit(item: Item, edit: { response: string; text: string }): boolean {
  return edit.text.trim() !== "" && edit.text !== textOf(item, edit.response);
}

/** Responses that must still be edited. */
export function openTargets(question: EditQuestion, answer: EditAnswer | undefined, item: Item): Target[] {
  const open = responseTargets(item).filter((target) => {
    const text = editOf(answer, target);
    return text === undefined || !isEdit(item, { response: target, text });
  });
  if (question.which === "each" && question.required) return open;
  return open.length < item.responses.length ? [] : open;
}

export function isComplete(question: EditQuestion, answer: EditAnswer | undefined, item: Item): boolean {
  return answer !== undefined && openTargets(question, answer, item).length === 0 && !emptied(answer);
}

/** A response whose whole text was taken out cannot be sent. */
export function emptied(answer: EditAnswer | undefined): boolean {
  return answer?.edits.some((each) => each.text.trim() === "") ?? false;
}

export function cleaned(answer: EditAnswer | undefined, item: Item): EditAnswer | undefined {
  const edits = (answer?.edits ?? [])
    .filter((each) => isEdit(item, each))
    .map(({ response, text, characters }) => ({
      response,
      text,
      ...(characters === undefined ? {} : { characters }),
    }));
  return edits.length > 0 ? { edits } : undefined;
}

/** Conditions look at these; the server counts anew. */
export function factsOf(answer: EditAnswer): Facts {
  const characters = answer.edits.reduce((sum, edit) => sum + (edit.characters ?? 0), 0);
  return { edits: answer.edits.length, characters };
}
