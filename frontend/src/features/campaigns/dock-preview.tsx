import { Kbd } from "@/components/ui";
import type { Question } from "@/lib/api/types";
import { scaleWords } from "./questions";

/** The questions as the labelling page will ask them; a picture, not a control. */
export function DockPreview({ questions }: { questions: Question[] }) {
  return (
    <div className="flex flex-col gap-3 rounded-md border border-line bg-subtle p-4">
      {questions.map((question) =>
        question.type === "pairwise" ? (
          <div key={question.name}>
            <p className="mb-2 font-medium">{question.title || "Which is better?"}</p>
            <ol className="flex flex-wrap gap-1.5">
              {scaleWords(question).map((words, index) => (
                <li
                  key={words}
                  className="inline-flex h-8 items-center gap-1.5 rounded-md border border-control/60 bg-raised px-2 text-sm"
                >
                  <Kbd keys={words === "Both bad" ? "0" : String(keyOf(index, question))} />
                  {words}
                </li>
              ))}
            </ol>
          </div>
        ) : (
          <p key={question.name} className="flex items-center gap-3">
            {question.title} <Kbd keys="r" />
            <span className="h-8 flex-1 rounded-md border border-control/60 bg-raised px-2 leading-8 text-faint">
              {question.required ? "Say why" : "Optional"}
            </span>
          </p>
        ),
      )}
    </div>
  );
}

/** Without a tie the middle key stays empty. */
function keyOf(index: number, question: { steps: number; tie: boolean }): number {
  const half = (question.steps - 1) / 2;
  return !question.tie && index >= half ? index + 2 : index + 1;
}
