import { useMemo, useState } from "react";
import { type SourceMark, SourceText } from "@/components/source-text";
import { cx } from "@/lib/cx";
import { useT } from "@/lib/i18n";
import { textHash } from "../text-hash";
import type { Mark, SpansAnswer, SpansQuestion, Target } from "../types";
import * as read from "./answer";
import { categoryLabel, drawn, evidenceWords, oneLine, severityTitle, titleOf } from "./labels";

interface Props {
  /** The source text of `target`. */
  text: string;
  target: Target;
  /** One answer, or those of several people, whose marks may overlap. */
  answer: SpansAnswer | readonly SpansAnswer[];
  question: SpansQuestion;
  compact?: boolean;
}

/** A text with what was marked on it, for reading. */
export function AnsweredSpans({ text, target, answer, question, compact }: Props) {
  const t = useT();
  const [pointed, setPointed] = useState<string | null>(null);
  const answers = useMemo(() => [answer].flat() as SpansAnswer[], [answer]);
  const entries = useMemo(
    () =>
      answers.flatMap((each, person) =>
        read.marksOn(each, target).map((mark) => ({ mark, id: `${person}:${read.markId(mark)}` })),
      ),
    [answers, target],
  );
  // Marks on another version of the text would point at the wrong words.
  const other = answers.some((each) => each.sha256[target] && each.sha256[target] !== textHash(text));
  const marks = useMemo(
    () =>
      other
        ? []
        : entries.map(({ mark, id }): SourceMark => ({ ...drawn(question, text, mark, id === pointed), id })),
    [entries, question, text, pointed, other],
  );
  const omissions = answers.flatMap((each) => each.omissions.filter((one) => one.target === target));
  const clean = answers.filter((each) => each.no_error.includes(target)).length;

  return (
    <div className="@container">
      <div className="grid grid-cols-[minmax(0,1fr)] gap-x-5 gap-y-3 @2xl:grid-cols-[minmax(0,46rem)_220px]">
        <SourceText text={text} marks={marks} compact={compact} />
        <div className="text-sm">
          {other && (
            <p className="text-warn">{t("These marks were made on another version of this text.")}</p>
          )}
          {clean > 0 && (
            <p className="font-medium text-ok">
              ✓ {t("No errors found")}
              {answers.length > 1 && ` (${clean})`}
            </p>
          )}
          {/* Not a landmark: a page reads several texts, and landmarks of one name cannot be told apart. */}
          <ol aria-label={t("Marks")} className="flex flex-col gap-0.5">
            {entries.map(({ mark, id }) => (
              <li key={id}>
                <button
                  type="button"
                  className={cx("w-full rounded-sm px-2 py-1 text-start", id === pointed && "bg-sunken")}
                  onFocus={() => setPointed(id)}
                  onMouseEnter={() => setPointed(id)}
                  onMouseLeave={() => setPointed(null)}
                >
                  <Entry label={categoryLabel(question, mark.category)} question={question} entry={mark} />
                </button>
              </li>
            ))}
            {omissions.map((omission, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: omissions have no identity but their place.
              <li key={index} className="rounded-sm px-2 py-1">
                <Entry label="+" question={question} entry={omission} />
              </li>
            ))}
          </ol>
        </div>
      </div>
    </div>
  );
}

function Entry({
  label,
  question,
  entry,
}: {
  label: string;
  question: SpansQuestion;
  entry: Mark | SpansAnswer["omissions"][number];
}) {
  const t = useT();
  const isMark = "quote" in entry;
  const details = [
    isMark ? `“${oneLine(entry.quote)}”` : "",
    evidenceWords(entry.evidence, t) ?? "",
    entry.note,
  ].filter(Boolean);
  return (
    <>
      <span className="num me-1.5 inline-flex min-w-4 justify-center rounded-sm bg-sunken px-1 text-xs font-semibold">
        {label}
      </span>
      <span className="font-medium">{titleOf(question, entry.category)}</span>{" "}
      {isMark && <span className="text-muted">{severityTitle(question, entry.severity)}</span>}
      {details.map((detail) => (
        <span key={detail} dir="auto" className="block text-muted [overflow-wrap:anywhere]">
          {detail}
        </span>
      ))}
    </>
  );
}
