import { BLANK } from "../blanks";
import type { StepsQuestion } from "../types";

export interface Step {
  /** UTF-16 units of the text. */
  start: number;
  end: number;
}

/**
 * The steps of a chain of reasoning, by the same rule as the server's `steps_of`: every line that is not blank,
 * or every run of such lines, without the white space around it. Tested with the same cases.
 */
export function stepsOf(text: string, split: StepsQuestion["split"]): Step[] {
  const steps: Step[] = [];
  let offset = 0;
  let joins = false;
  for (const line of text.split("\n")) {
    let start = 0;
    let end = line.length;
    while (start < end && BLANK.test(line[start] ?? "")) start += 1;
    while (end > start && BLANK.test(line[end - 1] ?? "")) end -= 1;
    const last = steps.at(-1);
    if (end > start && joins && last && split === "blank_line") last.end = offset + end;
    else if (end > start) steps.push({ start: offset + start, end: offset + end });
    joins = end > start;
    offset += line.length + 1;
  }
  return steps;
}
