import type { PairwiseQuestion, Question } from "@/lib/api/types";

/** What the create form lets one choose; turned into the form's typed questions. */
export interface FormChoices {
  title: string;
  steps: PairwiseQuestion["steps"];
  tie: boolean;
  bothBad: boolean;
  rationale: "none" | "optional" | "required";
}

export const DEFAULT_CHOICES: FormChoices = {
  title: "Which is better?",
  steps: 7,
  tie: true,
  bothBad: true,
  rationale: "optional",
};

export function questionsOf(choices: FormChoices): Question[] {
  const questions: Question[] = [
    {
      name: "preference",
      type: "pairwise",
      title: choices.title.trim(),
      steps: choices.steps,
      tie: choices.tie,
      both_bad: choices.bothBad,
      required: true,
      aspect: null,
    },
  ];
  if (choices.rationale !== "none") {
    questions.push({
      name: "rationale",
      type: "text",
      title: "Why?",
      required: choices.rationale === "required",
      max_chars: 4000,
    });
  }
  return questions;
}

/** The answers of one pairwise question from left to right, as the labelling page words them. */
export function scaleWords(question: PairwiseQuestion): string[] {
  const half = (question.steps - 1) / 2;
  const strengths = { 3: ["much ", "", "slightly "], 2: ["much ", "slightly "], 1: [""] }[half] ?? [];
  return [
    ...strengths.map((word) => `First ${word}better`),
    ...(question.tie ? ["About the same"] : []),
    ...strengths.toReversed().map((word) => `Second ${word}better`),
    ...(question.both_bad ? ["Both bad"] : []),
  ];
}

/** Addresses one per line, or separated by commas or spaces; each once. */
export function parseEmails(text: string): { emails: string[]; wrong: string[] } {
  const parts = [
    ...new Set(
      text
        .split(/[\s,;]+/)
        .filter(Boolean)
        .map((part) => part.toLowerCase()),
    ),
  ];
  const looksRight = (part: string) => /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(part);
  return { emails: parts.filter(looksRight), wrong: parts.filter((part) => !looksRight(part)) };
}
