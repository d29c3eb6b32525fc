import type { Aspect, Category, Criterion, OmissionCategory, Question, QuestionType } from "@/lib/api/types";

/** What the menu says about each type, in the order it lists them. */
export const TYPES: { type: QuestionType; label: string; sentence: string }[] = [
  { type: "pairwise", label: "Pairwise", sentence: "Which of two responses is better, and by how much." },
  { type: "ranking", label: "Ranking", sentence: "Order all responses, or the best few, ties allowed." },
  { type: "ratings", label: "Ratings", sentence: "A grid of responses and aspects on an anchored scale." },
  {
    type: "spans",
    label: "Spans",
    sentence: "Mark passages of the text by category, and what is missing from it.",
  },
  {
    type: "rationale",
    label: "Rationale",
    sentence: "A critique in words, with reasons to tick and links to passages.",
  },
  {
    type: "edit",
    label: "Edit",
    sentence: "Correct a response in place; gives pairs of edited over original.",
  },
  {
    type: "thumbs",
    label: "Thumbs",
    sentence: "Up or down for each response, turn or item; no pair needed.",
  },
  { type: "steps", label: "Steps", sentence: "Label each step of a reasoning chain, and its first error." },
  { type: "choice", label: "Choice", sentence: "One or several of a list of options." },
  { type: "text", label: "Text", sentence: "A short free text." },
];

export function typeLabel(type: string): string {
  return TYPES.find((each) => each.type === type)?.label ?? type;
}

const COMMON = { description: "", show_if: [], required_if: [] };

/** A question of a type as it is before anybody changes it: complete, so that it can be tried at once. */
const FRESH: { [T in QuestionType]: () => Omit<Extract<Question, { type: T }>, "name"> } = {
  pairwise: () => ({
    ...COMMON,
    type: "pairwise",
    title: "Which is better?",
    required: true,
    steps: 7,
    tie: true,
    both_bad: true,
    aspect: null,
  }),
  ranking: () => ({
    ...COMMON,
    type: "ranking",
    title: "Rank the responses",
    required: true,
    ties: true,
    partial: false,
    top_k: null,
    not_rankable: true,
    aspect: null,
  }),
  ratings: () => ({
    ...COMMON,
    type: "ratings",
    title: "Rate each response",
    required: true,
    per: "response",
    low: 1,
    high: 5,
    na: true,
    aspects: [aspect("helpfulness", "Helpfulness")],
    item_rubric: false,
  }),
  spans: () => ({
    ...COMMON,
    type: "spans",
    title: "Mark what is wrong",
    required: true,
    categories: [category("wrong", "Wrong"), category("irrelevant", "Irrelevant")],
    omissions: [],
    severities: [],
    notes: true,
    boundaries: "word",
    prompt_turns: false,
  }),
  rationale: () => ({
    ...COMMON,
    type: "rationale",
    title: "Why?",
    required: false,
    reasons: [],
    min_chars: 0,
    max_chars: 4000,
    links: true,
  }),
  edit: () => ({
    ...COMMON,
    type: "edit",
    title: "Correct a response",
    required: false,
    which: "any",
    marks_into: null,
  }),
  thumbs: () => ({ ...COMMON, type: "thumbs", title: "Good or bad?", required: true, per: "response" }),
  steps: () => ({
    ...COMMON,
    type: "steps",
    title: "Label each step",
    required: true,
    split: "blank_line",
    neutral: true,
    first_error: true,
  }),
  choice: () => ({
    ...COMMON,
    type: "choice",
    title: "Choose one",
    required: true,
    options: [
      { value: "yes", label: "Yes" },
      { value: "no", label: "No" },
    ],
    multiple: false,
    per: "item",
  }),
  text: () => ({
    ...COMMON,
    type: "text",
    title: "Anything else?",
    required: false,
    max_chars: 4000,
    per: "item",
  }),
};

export function freshQuestion(type: QuestionType, name: string): Question {
  return { ...FRESH[type](), name } as Question;
}

export const aspect = (name: string, title: string): Aspect => ({
  name,
  title,
  description: "",
  anchors: {},
  criteria: [],
});

export const criterion = (name: string, title: string): Criterion => ({
  name,
  title,
  description: "",
  anchors: {},
});

export const category = (name: string, title: string): Category => ({
  name,
  title,
  description: "",
  density: "sub_sentence",
  evidence: "none",
  evidence_required: false,
});

export const omission = (name: string, title: string): OmissionCategory => ({
  name,
  title,
  description: "",
  evidence: "none",
});

/** Fills in what a definition leaves out, so that every editor finds every part. Unknown parts stay; the server names them. */
export function withDefaults(question: Question): Question {
  const fresh = FRESH[question.type];
  if (!fresh) return question;
  const defaults: Record<string, unknown> = { ...fresh(), title: question.name };
  for (const list of ["aspects", "categories", "options"]) if (list in defaults) defaults[list] = [];
  const filled = { ...defaults, ...question } as Question;
  if (filled.type === "ratings")
    filled.aspects = filled.aspects.map((each) => ({ ...aspect("", each.name), ...each }));
  if (filled.type === "spans") {
    filled.categories = filled.categories.map((each) => ({ ...category("", each.name), ...each }));
    filled.omissions = filled.omissions.map((each) => ({ ...omission("", each.name), ...each }));
  }
  return filled;
}
