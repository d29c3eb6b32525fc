import type { Question } from "@/lib/api/types";

interface Parsed {
  questions: Question[] | null;
  fault: string | null;
}

const refused = (fault: string): Parsed => ({ questions: null, fault });

/** A list of questions, or an object that has one under "questions". Only the outline is looked at here. */
export function parseForm(text: string): Parsed {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refused(
      text.trim() === "" ? "Paste a list of questions." : `This is no JSON${placeOf(error, text)}.`,
    );
  }
  const list = typeof value === "object" && value !== null && "questions" in value ? value.questions : value;
  if (!Array.isArray(list)) return refused("Give a list of questions, or an object with “questions”.");
  if (list.length === 0) return refused("The list is empty; a form asks at least one question.");
  const odd = list.findIndex((each) => typeof each !== "object" || each === null || !("type" in each));
  return odd >= 0
    ? refused(`Entry ${odd + 1} of the list is no question: it has no “type”.`)
    : { questions: list as Question[], fault: null };
}

/** ", at line 3": browsers word it differently, but most give the position. */
function placeOf(error: unknown, text: string): string {
  const message = error instanceof Error ? error.message : "";
  const line = /line (\d+)/.exec(message)?.[1];
  if (line) return ` at line ${line}`;
  const position = /position (\d+)/.exec(message)?.[1];
  return position ? ` at line ${text.slice(0, Number(position)).split("\n").length}` : "";
}
