import type { ComponentType } from "react";
import type { Form, Item } from "@/lib/api/types";
import type { Answer, Answers, Facts, Question, Target } from "./types";

export interface QuestionProps<Q = Question, A = Answer> {
  question: Q;
  answer: A | undefined;
  /** What AI drafted, once whoever answers has made a first pass of their own. */
  draft?: A | undefined;
  /** The key for drafted texts takes this one. */
  draftKey?: boolean;
  item: Item;
  /** Digits and the type's other keys belong to this question now. */
  active: boolean;
  /** Submitting was tried and this question is not complete. */
  missing: boolean;
  answers: Answers;
  form: Form;
  onChange(answer: A | undefined): void;
  onActivate(): void;
  /** Goes on to the next question without an answer. */
  onDone(): void;
  /** Makes a text the one that keys work on, so that the page shows where they went. */
  onCurrent?(target: Target): void;
  readOnly?: boolean;
}

/** For what is drawn with one text of the item. */
export interface PaneProps<Q = Question, A = Answer> extends QuestionProps<Q, A> {
  target: Target;
  text: string;
  images?: string[];
  /** Keys that work on one text work on this one. */
  focused: boolean;
}

/** Everything the page knows about one type of question; one folder each. */
export interface QuestionModule<Q = Question, A = Answer> {
  /** Complete enough to be sent. */
  isAnswered(question: Q, answer: A | undefined, item: Item): boolean;
  /** What is sent; undefined leaves the question out. */
  clean(question: Q, answer: A | undefined, item: Item): A | undefined;
  /** Whether digits and letters answer it, true when absent. What is only written in leaves them to the last one. */
  takesKeys?(question: Q): boolean;
  missingSentence?(question: Q, answer: A | undefined, item: Item): string;
  /** What conditions of later questions may ask about; the same names as on the server. */
  facts(question: Q, answer: A): Facts;
  /** The question's line in the dock. It registers its keys while it is active. */
  Dock: ComponentType<QuestionProps<Q, A>>;
  /** Takes the place of the rendered text while the question is active. */
  PaneBody?: ComponentType<PaneProps<Q, A>>;
  /** Tells when the active question needs its PaneBody; absent means always. Swapping a long text is not free. */
  paneWanted?(question: Q, item: Item): { subscribe(listener: () => void): () => void; get(): boolean };
  /** A small control in the heading of each text. */
  PaneHeader?: ComponentType<PaneProps<Q, A>>;
}
