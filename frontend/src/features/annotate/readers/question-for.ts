import type {
  Answer,
  ChoiceAnswer,
  ChoiceQuestion,
  Named,
  Question,
  QuestionType,
  RatingsAnswer,
  RatingsQuestion,
  SpansAnswer,
  SpansQuestion,
} from "../questions/types";

const title = (name: string) => {
  const words = name.replace(/[_.-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
};

const unique = (names: Iterable<string>) => [...new Set(names)];

/**
 * A definition to read an answer by when its own is not at hand, as for annotations that came with a file: its
 * categories, aspects and options are those that the answers name.
 */
export function questionFor(type: QuestionType, name: string, answers: readonly Answer[]): Question {
  const common = { name, title: title(name), required: false, description: "", show_if: [], required_if: [] };
  switch (type) {
    case "spans":
      return { ...common, type, ...spansParts(answers as SpansAnswer[]) };
    case "ratings":
      return { ...common, type, ...ratingsParts(answers as RatingsAnswer[]) };
    case "choice":
      return { ...common, type, ...choiceParts(answers as ChoiceAnswer[]) };
    case "rationale": {
      const reasons = unique((answers as { reasons?: string[] }[]).flatMap((each) => each.reasons ?? []));
      return {
        ...common,
        type,
        reasons: reasons.map((value) => ({ value, label: title(value) })),
        min_chars: 0,
        max_chars: 100_000,
        links: true,
      };
    }
    case "pairwise":
      return { ...common, type, steps: 7, tie: true, both_bad: true, aspect: null };
    case "ranking":
      return { ...common, type, ties: true, partial: true, top_k: null, not_rankable: true, aspect: null };
    case "edit":
      return { ...common, type, which: "any", marks_into: null };
    case "thumbs":
      return { ...common, type, per: "response" };
    case "steps":
      return { ...common, type, split: "blank_line", neutral: true, first_error: true };
    case "text":
      return { ...common, type, max_chars: 100_000, per: "item" };
  }
}

function spansParts(answers: SpansAnswer[]): Omit<SpansQuestion, "type" | "name" | "title" | "required"> {
  const marks = answers.flatMap((each) => each.marks ?? []);
  const omissions = answers.flatMap((each) => each.omissions ?? []);
  const named = (names: string[]): Named[] => unique(names).map((name) => ({ name, title: title(name) }));
  return {
    // In the order of the alphabet, so that one category looks the same in every record.
    categories: named(marks.map((mark) => mark.category).sort()).map((each) => ({
      ...each,
      density: "sub_sentence",
      evidence: "none",
      evidence_required: false,
    })),
    omissions: named(omissions.map((each) => each.category).sort()).map((each) => ({
      ...each,
      evidence: "none",
    })),
    severities: named(marks.flatMap((mark) => mark.severity ?? [])),
    notes: true,
    boundaries: "character",
    prompt_turns: true,
  };
}

function ratingsParts(
  answers: RatingsAnswer[],
): Omit<RatingsQuestion, "type" | "name" | "title" | "required"> {
  const rows = answers.flatMap((each) => Object.values(each ?? {}));
  const numbers = rows.flatMap((row) => Object.values(row).filter((value) => typeof value === "number"));
  const aspects = new Map<string, string[]>();
  for (const cell of unique(rows.flatMap((row) => Object.keys(row)))) {
    const [aspect = cell, criterion] = cell.split("/");
    aspects.set(aspect, [...(aspects.get(aspect) ?? []), ...(criterion ? [criterion] : [])]);
  }
  return {
    per: answers.some((each) => "item" in (each ?? {})) ? "item" : "response",
    low: Math.min(0, ...numbers),
    high: Math.max(1, ...numbers),
    na: true,
    aspects: [...aspects].map(([name, criteria]) => ({
      name,
      title: title(name),
      criteria: criteria.map((each) => ({ name: each, title: title(each) })),
    })),
    item_rubric: false,
  };
}

function choiceParts(answers: ChoiceAnswer[]): Omit<ChoiceQuestion, "type" | "name" | "title" | "required"> {
  const values = answers.flatMap((answer) =>
    typeof answer === "string"
      ? [answer]
      : Array.isArray(answer)
        ? answer
        : Object.values(answer ?? {}).flat(),
  );
  return {
    options: unique(values).map((value) => ({ value, label: title(value) })),
    multiple: true,
    per: answers.some((each) => typeof each === "object" && !Array.isArray(each)) ? "response" : "item",
  };
}
