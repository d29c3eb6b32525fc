/** Questions and answers as the server stores them; what each part means is said in docs/annotation.md. */

export interface Condition {
  /** Name of an earlier question. */
  question: string;
  fact: string;
  test: "is" | "is_not" | "at_least" | "at_most" | "includes" | "differs_from";
  value: string | number | boolean | string[];
}

interface Common<T extends string> {
  name: string;
  type: T;
  title: string;
  required: boolean;
  description?: string;
  show_if?: Condition[];
  required_if?: Condition[];
}

/** A response's id, `turn:N` for a turn of the prompt, or "item". */
export type Target = string;
export type Per = "item" | "response" | "turn";

export interface Named {
  name: string;
  title: string;
  description?: string;
}

export interface Option {
  value: string;
  label: string;
}

export interface PairwiseQuestion extends Common<"pairwise"> {
  steps: 3 | 5 | 7;
  tie: boolean;
  both_bad: boolean;
  aspect: string | null;
}
export type PairwiseAnswer =
  | { better: string; strength: number }
  | { outcome: "tie" }
  | { outcome: "both_bad" };

export interface RankingQuestion extends Common<"ranking"> {
  ties: boolean;
  partial: boolean;
  top_k: number | null;
  not_rankable: boolean;
  aspect: string | null;
}
export type RankingAnswer = { ranks: Record<string, number> } | { outcome: "not_rankable" };

export interface Criterion extends Named {
  anchors?: Record<string, string>;
  low?: number;
  high?: number;
}
export interface Aspect extends Criterion {
  criteria?: Criterion[];
}
export interface RatingsQuestion extends Common<"ratings"> {
  per: "response" | "item";
  low: number;
  high: number;
  na: boolean;
  aspects: Aspect[];
  item_rubric: boolean;
}
/** Cell names are `aspect` or `aspect/criterion`. */
export type RatingsAnswer = Record<Target, Record<string, number | "na">>;

export interface Category extends Named {
  density: "sub_sentence" | "sentence" | "response";
  evidence: "none" | "earlier_span" | "passage";
  evidence_required: boolean;
}
export interface OmissionCategory extends Named {
  evidence: "none" | "passage";
}
export interface SpansQuestion extends Common<"spans"> {
  /** Highest priority first. */
  categories: Category[];
  omissions: OmissionCategory[];
  severities: Named[];
  notes: boolean;
  boundaries: "word" | "character";
  prompt_turns: boolean;
}
export interface PassageEvidence {
  kind: "passage";
  passage: number;
  sentences: number[];
}
export interface EarlierSpan {
  kind: "earlier_span";
  start: number;
  end: number;
  quote: string;
}
/** Offsets are Unicode code points of the source text. */
export interface Mark {
  target: Target;
  start: number;
  end: number;
  quote: string;
  category: string;
  severity: string | null;
  note: string;
  evidence: EarlierSpan | PassageEvidence | null;
}
export interface Omission {
  target: Target;
  category: string;
  note: string;
  evidence: PassageEvidence | null;
}
export interface SpansAnswer {
  sha256: Record<Target, string>;
  marks: Mark[];
  omissions: Omission[];
  no_error: Target[];
}

export interface RationaleQuestion extends Common<"rationale"> {
  reasons: Option[];
  min_chars: number;
  max_chars: number;
  links: boolean;
}
/** `start`/`end` in the rationale, `from`/`to` in the target's text, all code points. */
export interface RationaleLink {
  start: number;
  end: number;
  target: Target;
  from: number;
  to: number;
  quote: string;
}
export interface RationaleAnswer {
  text: string;
  reasons: string[];
  links: RationaleLink[];
}

export interface EditQuestion extends Common<"edit"> {
  which: "any" | "each";
  marks_into: string | null;
}
export interface Edit {
  response: string;
  text: string;
  sha256?: string;
  characters?: number;
  words?: number;
}
export interface EditAnswer {
  edits: Edit[];
}

export interface ThumbsQuestion extends Common<"thumbs"> {
  per: Per;
}
export type ThumbsAnswer = Record<Target, "up" | "down">;

export type StepLabel = "good" | "neutral" | "bad";
export interface StepsQuestion extends Common<"steps"> {
  split: "blank_line" | "line";
  neutral: boolean;
  first_error: boolean;
}
export type StepsAnswer = Record<
  string,
  { labels: (StepLabel | null)[]; first_error: number | "none" | null }
>;

export interface ChoiceQuestion extends Common<"choice"> {
  options: Option[];
  multiple: boolean;
  per?: Per;
}
export type ChoiceAnswer = string | string[] | Record<Target, string | string[]>;

export interface TextQuestion extends Common<"text"> {
  max_chars: number;
  per?: Per;
}
export type TextAnswer = string | Record<Target, string>;

export type Question =
  | PairwiseQuestion
  | RankingQuestion
  | RatingsQuestion
  | SpansQuestion
  | RationaleQuestion
  | EditQuestion
  | ThumbsQuestion
  | StepsQuestion
  | ChoiceQuestion
  | TextQuestion;
export type QuestionType = Question["type"];

export interface AnswerOf {
  pairwise: PairwiseAnswer;
  ranking: RankingAnswer;
  ratings: RatingsAnswer;
  spans: SpansAnswer;
  rationale: RationaleAnswer;
  edit: EditAnswer;
  thumbs: ThumbsAnswer;
  steps: StepsAnswer;
  choice: ChoiceAnswer;
  text: TextAnswer;
}
export type Answer = AnswerOf[QuestionType];
export type Answers = Record<string, Answer>;
export type Facts = Record<string, number | string | string[]>;
