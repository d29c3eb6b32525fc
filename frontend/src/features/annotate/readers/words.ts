import type {
  Answer,
  ChoiceAnswer,
  ChoiceQuestion,
  EditAnswer,
  PairwiseAnswer,
  PairwiseQuestion,
  Question,
  RankingAnswer,
  RatingsAnswer,
  RationaleAnswer,
  RationaleQuestion,
  SpansAnswer,
  StepsAnswer,
  Target,
  TextAnswer,
  ThumbsAnswer,
} from "../questions/types";

/** How a text of the item is called: "First", "Response 2", "Turn 3". */
export interface NameTarget {
  (target: Target): string;
  /** The responses in the order they are named in. */
  order: readonly string[];
}

/** What is said of each text, in the order the texts are named in. */
export function inOrder<V>(entries: [Target, V][], { order }: NameTarget): [Target, V][] {
  return [...entries].sort(([one], [other]) => order.indexOf(one) - order.indexOf(other));
}

const count = (number: number, one: string, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

const ITEM = "item";

/** Ranks from best to worst, each with the responses on it. */
export function ranksInOrder(answer: RankingAnswer): [number, Target[]][] {
  if (!("ranks" in answer)) return [];
  const ranks = new Map<number, Target[]>();
  for (const [id, rank] of Object.entries(answer.ranks)) ranks.set(rank, [...(ranks.get(rank) ?? []), id]);
  return [...ranks].sort(([one], [other]) => one - other);
}

/** Values by text of a question that is asked once, or of each text. */
export function byTarget<V>(answer: V | Record<Target, V>): [Target, V][] {
  const whole = typeof answer === "string" || Array.isArray(answer);
  return whole ? [[ITEM, answer as V]] : Object.entries(answer as Record<Target, V>);
}

const DEGREES: Record<number, string[]> = {
  1: [""],
  2: ["slightly ", "much "],
  3: ["slightly ", "", "much "],
};

export function pairwiseWords(question: PairwiseQuestion, answer: PairwiseAnswer, name: NameTarget): string {
  if ("outcome" in answer) return answer.outcome === "tie" ? "About the same" : "Both bad";
  const degree = DEGREES[(question.steps - 1) / 2]?.[answer.strength - 1] ?? "";
  return `${name(answer.better)} ${degree}better`;
}

export function rankingWords(answer: RankingAnswer, name: NameTarget): string {
  if (!("ranks" in answer)) return "Not rankable";
  return ranksInOrder(answer)
    .map(([, ids]) => ids.map(name).join(" = "))
    .join(" > ");
}

function ratingsWords(answer: RatingsAnswer, name: NameTarget): string {
  return inOrder(Object.entries(answer), name)
    .map(([target, row]) => {
      const numbers = Object.values(row).filter((value) => typeof value === "number");
      const mean = numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
      const words = numbers.length === 0 ? "not applicable" : `mean ${mean.toFixed(1)}`;
      return target === ITEM ? words : `${name(target)} ${words}`;
    })
    .join(", ");
}

function spansWords({ marks, omissions, no_error }: SpansAnswer): string {
  const parts = [
    marks.length > 0 && count(marks.length, "mark"),
    omissions.length > 0 && count(omissions.length, "omission"),
    no_error.length > 0 && `no errors in ${count(no_error.length, "text")}`,
  ];
  return parts.filter(Boolean).join(", ");
}

function stepsWords(answer: StepsAnswer, name: NameTarget): string {
  return inOrder(Object.entries(answer), name)
    .map(([target, { labels, first_error }]) => {
      const bad = labels.filter((label) => label === "bad").length;
      const first = typeof first_error === "number" ? `, first error in step ${first_error + 1}` : "";
      return `${name(target)} ${bad > 0 ? `${count(bad, "bad step")} of ${labels.length}` : `${count(labels.length, "step")}, none bad`}${first}`;
    })
    .join("; ");
}

export function choiceWords(question: ChoiceQuestion, value: string | string[]): string {
  const label = (each: string) => question.options.find((option) => option.value === each)?.label ?? each;
  return [value].flat().map(label).join(", ");
}

export function reasonWords(question: RationaleQuestion, answer: RationaleAnswer): string[] {
  return answer.reasons.map((value) => question.reasons.find((each) => each.value === value)?.label ?? value);
}

function quoted(text: string): string {
  return text ? `“${text}”` : "";
}

/** An answer in one line, for tables. */
export function summaryOf(question: Question, answer: Answer, name: NameTarget): string {
  const of = <T extends Answer>() => answer as T;
  switch (question.type) {
    case "pairwise":
      return pairwiseWords(question, of<PairwiseAnswer>(), name);
    case "ranking":
      return rankingWords(of<RankingAnswer>(), name);
    case "ratings":
      return ratingsWords(of<RatingsAnswer>(), name);
    case "spans":
      return spansWords(of<SpansAnswer>());
    case "rationale": {
      const given = of<RationaleAnswer>();
      return [reasonWords(question, given).join(", "), quoted(given.text)].filter(Boolean).join(" · ");
    }
    case "edit":
      return of<EditAnswer>()
        .edits.map(
          (edit) =>
            `${name(edit.response)} edited${edit.characters === undefined ? "" : ` by ${count(edit.characters, "character")}`}`,
        )
        .join(", ");
    case "thumbs":
      return inOrder(Object.entries(of<ThumbsAnswer>()), name)
        .map(([target, thumb]) => (target === ITEM ? `Thumb ${thumb}` : `${name(target)} ${thumb}`))
        .join(", ");
    case "steps":
      return stepsWords(of<StepsAnswer>(), name);
    case "choice":
      return inOrder(byTarget<string | string[]>(of<ChoiceAnswer>()), name)
        .map(([target, value]) => {
          const words = choiceWords(question, value);
          return target === ITEM ? words : `${name(target)} ${words}`;
        })
        .join("; ");
    case "text":
      return inOrder(byTarget<string>(of<TextAnswer>()), name)
        .map(([target, text]) => (target === ITEM ? quoted(text) : `${name(target)} ${quoted(text)}`))
        .join(" ");
  }
}

const PLACES = ["First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth"];

/** Names by the order shown, as the annotator saw them. */
export function namesShown(order: readonly string[]): NameTarget {
  const name = (target: Target) => {
    const index = order.indexOf(target);
    if (index >= 0) return PLACES[index] ?? `Response ${index + 1}`;
    return otherName(target);
  };
  return Object.assign(name, { order });
}

/** Names by the order in the record. */
export function namesInRecord(order: readonly string[]): NameTarget {
  const name = (target: Target) => {
    const index = order.indexOf(target);
    return index >= 0 ? `Response ${index + 1}` : otherName(target);
  };
  return Object.assign(name, { order });
}

function otherName(target: Target): string {
  const turn = /^turn:(\d+)$/.exec(target);
  if (turn) return `Turn ${Number(turn[1]) + 1}`;
  return target === ITEM ? "The item" : `A response that is not here (${target.slice(0, 8)})`;
}
