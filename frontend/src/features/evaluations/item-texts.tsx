import { Markdown } from "@/components/markdown";
import { formatNumber, sentence } from "@/lib/format";
import type { EvaluationItem, EvaluationRow } from "./api";

/** An item's prompt and answers, and what a model said of each where it was asked. */
export function ItemTexts({ item }: { item: EvaluationItem | EvaluationRow }) {
  return (
    <div className="flex flex-col gap-6">
      {item.prompt.map((message, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: turns have no name of their own and never move.
        <section key={at}>
          <h3 className="mb-1 text-sm text-muted">{sentence(message.role)}</h3>
          <Markdown text={message.content} />
        </section>
      ))}
      {item.candidates.map((candidate, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: answers have no name of their own and never move.
        <section key={at} className="border-t border-line pt-4">
          <h3 className="num mb-1 flex flex-wrap items-center gap-x-3 text-sm text-muted">
            <span className="font-medium text-fg">
              {candidate.role === "correct" ? "Right answer" : "Wrong answer"}
            </span>
            {candidate.style && <span>{sentence(candidate.style)}</span>}
            {"values" in candidate &&
              Object.entries(candidate.values).map(([name, value]) => (
                <span key={name}>
                  {sentence(name)} {formatNumber(value)}
                </span>
              ))}
          </h3>
          <Markdown text={candidate.text} />
        </section>
      ))}
    </div>
  );
}
