import { Markdown } from "@/components/markdown";
import { IconButton } from "@/components/ui";
import type { Materials } from "@/lib/api/types";
import { useT } from "@/lib/i18n";

interface Props {
  materials: Materials | null | undefined;
  open: boolean;
  onToggle: () => void;
}

/** What the record brings along for judging: passages with numbered sentences, and a reference answer. */
export function SourcesPanel({ materials, open, onToggle }: Props) {
  const t = useT();
  const passages = materials?.passages ?? [];
  const reference = materials?.reference;
  if (passages.length === 0 && !reference) return null;
  const said = [
    passages.length > 0 && t("{{count}} passages", { count: passages.length }),
    reference && t("Reference answer"),
  ].filter(Boolean);
  return (
    <section aria-label={t("Sources")} className="border-b border-line bg-subtle">
      <div className="flex items-start gap-2 px-4 py-1.5">
        <IconButton
          icon={open ? "chevron-down" : "chevron-right"}
          label={open ? t("Fold the sources") : t("Show the sources")}
          size="sm"
          aria-expanded={open}
          className="-ms-1 shrink-0"
          onClick={onToggle}
        />
        {open ? (
          <section
            className="max-h-[26dvh] min-w-0 flex-1 overflow-y-auto max-sm:max-h-[16dvh] short:max-h-[14dvh]"
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
            tabIndex={0}
            aria-label={t("Text of the sources")}
          >
            {passages.map((passage, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a passage is its place.
              <details key={index} open={passages.length < 3 || index === 0} className="mb-2">
                <summary className="py-0.5 font-medium">
                  <bdi>{passage.title || t("Passage {{number}}", { number: index + 1 })}</bdi>
                </summary>
                <ol className="max-w-[80ch]">
                  {passage.sentences.map((sentence, at) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: a sentence is its place.
                    <li key={at} className="flex gap-2 py-0.5">
                      <span className="num w-6 shrink-0 text-end text-faint">{at + 1}</span>
                      <span dir="auto" className="min-w-0 flex-1 [overflow-wrap:anywhere]">
                        {sentence}
                      </span>
                    </li>
                  ))}
                </ol>
              </details>
            ))}
            {reference && (
              <details className="mb-1">
                <summary className="py-0.5 font-medium">{t("Reference answer")}</summary>
                <Markdown text={reference} compact />
              </details>
            )}
          </section>
        ) : (
          <p className="min-w-0 flex-1 truncate py-0.5 text-muted">{said.join(" · ")}</p>
        )}
      </div>
    </section>
  );
}
