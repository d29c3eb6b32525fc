import { Badge } from "@/components/ui";
import type { Aspect, Question } from "@/lib/api/types";
import { typeLabel } from "./form-builder/catalogue";
import { conditionText } from "./form-builder/facts";

/** What a form asks, in words: titles, types, scales, lists and conditions. */
export function QuestionOutline({ questions }: { questions: readonly Question[] }) {
  return (
    <ol className="border-t border-line">
      {questions.map((question, index) => (
        <li key={question.name} className="flex gap-3 border-b border-line py-2">
          <span className="num w-5 shrink-0 text-end text-faint">{index + 1}</span>
          <div className="min-w-0 flex-1">
            <p className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
              <span dir="auto" className="font-medium">
                {question.title}
              </span>
              <Badge>{typeLabel(question.type)}</Badge>
              <span className="text-sm text-muted">{question.required ? "required" : "optional"}</span>
            </p>
            {question.description && (
              <p dir="auto" className="text-sm text-muted">
                {question.description}
              </p>
            )}
            <p className="text-sm text-muted">{partsText(question)}</p>
            <When words="Shown when" conditions={question.show_if} questions={questions} />
            {!question.required && (
              <When words="Required when" conditions={question.required_if} questions={questions} />
            )}
          </div>
        </li>
      ))}
    </ol>
  );
}

function When({
  words,
  conditions,
  questions,
}: {
  words: string;
  conditions: Question["show_if"];
  questions: readonly Question[];
}) {
  if (!conditions?.length) return null;
  return (
    <p className="text-sm text-muted">
      {words} {conditions.map((each) => conditionText(each, questions)).join(" and ")}.
    </p>
  );
}

const PER = { item: "once per item", response: "for each response", turn: "for each turn" };

/** "7 steps, with same and both bad". */
export function partsText(question: Question): string {
  switch (question.type) {
    case "pairwise":
      return list(
        `${question.steps} steps`,
        question.tie && "“about the same” allowed",
        question.both_bad && "“both bad” allowed",
        question.aspect !== null && `aspect ${question.aspect}`,
      );
    case "ranking":
      return list(
        question.top_k === null
          ? question.partial
            ? "some may stay unranked"
            : "all ranked"
          : `the best ${question.top_k}`,
        question.ties && "ties allowed",
        question.not_rankable && "“not rankable” allowed",
        question.aspect !== null && `aspect ${question.aspect}`,
      );
    case "ratings":
      return list(
        `${question.low} to ${question.high}`,
        question.per === "item" && "once per item",
        question.aspects.map(aspectText).join(", "),
        question.item_rubric && "or the item's own rubric",
        question.na && "“not applicable” allowed",
      );
    case "spans":
      return list(
        question.categories.map((each) => each.title).join(", "),
        question.omissions.length > 0 &&
          `missing: ${question.omissions.map((each) => each.title).join(", ")}`,
        question.severities.length > 0 &&
          `severities: ${question.severities.map((each) => each.title).join(", ")}`,
      );
    case "rationale":
      return list(
        question.reasons.length > 0 && question.reasons.map((each) => each.label).join(", "),
        question.min_chars > 0 && `at least ${question.min_chars} characters`,
        question.links && "linked to passages",
      );
    case "edit":
      return list(
        question.which === "each" ? "every response" : "at least one response",
        question.marks_into !== null && `changes offered as marks of “${question.marks_into}”`,
      );
    case "thumbs":
      return PER[question.per];
    case "steps":
      return list(
        question.split === "line" ? "a step is a line" : "a step is a paragraph",
        question.neutral ? "good, neutral, bad" : "good, bad",
        question.first_error && "the first error",
      );
    case "choice":
      return list(
        question.options.map((each) => each.label).join(", "),
        question.multiple && "several allowed",
        question.per && question.per !== "item" && PER[question.per],
      );
    case "text":
      return list(
        `at most ${question.max_chars} characters`,
        question.per && question.per !== "item" && PER[question.per],
      );
  }
}

function aspectText({ title, criteria }: Aspect): string {
  return criteria?.length ? `${title} (${criteria.map((each) => each.title).join(", ")})` : title;
}

function list(...parts: (string | false | undefined | null)[]): string {
  return parts.filter(Boolean).join("; ");
}
