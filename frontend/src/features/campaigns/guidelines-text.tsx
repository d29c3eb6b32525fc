import { Markdown } from "@/components/markdown";
import type { GuidelinesExample } from "@/lib/api/types";

/** Guidelines as annotators read them: the text, then the worked examples. */
export function GuidelinesText({ text, examples }: { text: string; examples: readonly GuidelinesExample[] }) {
  return (
    <>
      {text.trim() ? (
        <Markdown text={text} compact />
      ) : (
        <p className="text-muted">
          This campaign has no guidelines yet. Without any, everybody judges by their own.
        </p>
      )}
      {examples.length > 0 && (
        <ol className="mt-4 flex flex-col">
          {examples.map((example, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: examples have no identity but their place.
            <li key={index} className="border-t border-line py-2 last:border-b">
              <details>
                <summary dir="auto" className="cursor-default py-1 font-medium">
                  {example.title}
                </summary>
                <Worked example={example} />
              </details>
            </li>
          ))}
        </ol>
      )}
    </>
  );
}

function Worked({ example }: { example: GuidelinesExample }) {
  const texts: [string, string][] = [
    ["Prompt", example.prompt],
    ...example.responses.map((text, index): [string, string] => [`Response ${index + 1}`, text]),
    ["Verdict", example.verdict],
    ["Why", example.explanation],
  ];
  return (
    <dl className="grid grid-cols-[96px_minmax(0,1fr)] gap-x-4 gap-y-2 pt-1 pb-2 max-sm:grid-cols-1">
      {texts
        .filter(([, text]) => text.trim())
        .map(([label, text]) => (
          <div key={label} className="contents">
            <dt className="text-sm text-muted">{label}</dt>
            <dd>
              <Markdown text={text} compact />
            </dd>
          </div>
        ))}
    </dl>
  );
}
