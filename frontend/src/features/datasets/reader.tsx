import { useQuery } from "@tanstack/react-query";
import { useAction } from "@/actions";
import { Markdown } from "@/components/markdown";
import { ActionButton, Badge, ErrorState, NoteText, Section, Skeleton } from "@/components/ui";
import type { DatasetRow, DatasetVersion, Signal } from "@/lib/api/types";
import { cx } from "@/lib/cx";
import { countOf, formatNumber, NONE, sentence } from "@/lib/format";
import { itemOf } from "./annotations";
import { labelText, shortId, sourceText } from "./labels";
import { rowQuery, useSignals } from "./queries";
import { RecordAnnotations } from "./record-annotations";

interface ReaderProps {
  version: DatasetVersion;
  recordId: string;
  /** The row when the table has already loaded it. */
  known: DatasetRow | undefined;
  position: { index: number; count: number } | null;
  onStep: (step: 1 | -1) => void;
  canStep: (step: 1 | -1) => boolean;
  onClose: () => void;
}

/** One record to read: prompt, responses side by side, every label and annotation, every signal. */
export function Reader({ version, recordId, known, position, onStep, canStep, onClose }: ReaderProps) {
  const query = useQuery({ ...rowQuery(version.id, recordId), enabled: known === undefined });
  const row = known ?? query.data;
  const group = "Reader";
  const close = useAction({
    id: "reader.close",
    label: "Back to table",
    keys: ["Escape"],
    group,
    icon: "table",
    run: onClose,
  });
  const previous = useAction({
    id: "reader.previous",
    label: "Previous",
    keys: ["k", "ArrowLeft"],
    group,
    repeat: true,
    when: () => canStep(-1),
    run: () => onStep(-1),
  });
  const next = useAction({
    id: "reader.next",
    label: "Next",
    keys: ["j", "ArrowRight"],
    group,
    repeat: true,
    when: () => canStep(1),
    run: () => onStep(1),
  });
  return (
    <article aria-label={`Record ${shortId(recordId)}`}>
      <div className="mb-4 flex flex-wrap items-center gap-2">
        <ActionButton action={close} />
        <span className="flex-1 text-sm text-muted max-sm:order-last max-sm:basis-full">
          Record <code className="font-mono">{shortId(recordId)}</code>
          {position && ` · ${position.index + 1} of ${position.count} on this page`}
        </span>
        <ActionButton action={previous} />
        <ActionButton action={next} />
      </div>
      {row ? (
        <Record row={row} version={version} />
      ) : query.error ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Skeleton lines={8} />
      )}
    </article>
  );
}

function Record({ row, version }: { row: DatasetRow; version: DatasetVersion }) {
  const signals = useSignals(version.id);
  return (
    <>
      <Section title="Prompt">
        <ol className="flex flex-col gap-4">
          {row.prompt.map((message, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: turns have no id and never move.
            <li key={index} className="flex gap-4 max-sm:flex-col max-sm:gap-1">
              <span className="w-20 shrink-0 pt-0.5 text-sm text-muted">{sentence(message.role)}</span>
              <div className="min-w-0 flex-1">
                {message.content && <Markdown text={message.content} />}
                <Images urls={message.images} />
              </div>
            </li>
          ))}
        </ol>
        {row.context && (
          <p className="mt-4 flex gap-4 max-sm:flex-col max-sm:gap-1">
            <span className="w-20 shrink-0 text-sm text-muted">Judged under</span>
            <span className="reading">{row.context}</span>
          </p>
        )}
      </Section>
      <Section title={countOf(row.responses.length, "response")}>
        <div
          className={cx(
            "grid gap-px overflow-hidden border-y border-line bg-line",
            row.responses.length > 1 && "lg:grid-cols-2",
          )}
        >
          {row.responses.map((response, index) => (
            <section
              key={response.response_id}
              aria-label={`Response ${index + 1}`}
              className="flex min-w-0 flex-col gap-3 bg-canvas py-4 lg:px-5 lg:even:pr-0 lg:odd:pl-0 lg:odd:last:col-span-2"
            >
              <header className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-muted">
                <h3 className="text-sm text-fg">Response {index + 1}</h3>
                {response.generator && <span>{response.generator}</span>}
                <code className="font-mono text-xs text-faint">{shortId(response.response_id)}</code>
                <Scores row={row} responseId={response.response_id} signals={signals.data ?? []} />
              </header>
              {response.content && <Markdown text={response.content} />}
              <Images urls={response.images} />
              {!response.content && !response.images?.length && <NoteText>Empty response</NoteText>}
            </section>
          ))}
        </div>
      </Section>
      <Section title={countOf(row.labels.length, "label")}>
        {row.labels.length === 0 ? (
          <p className="text-muted">Nobody has judged this record yet.</p>
        ) : (
          <ul>
            {row.labels.map((label, index) => (
              <li
                // biome-ignore lint/suspicious/noArrayIndexKey: labels of an immutable row have no id and never move.
                key={index}
                className="flex flex-wrap items-center gap-x-3 border-t border-line py-1.5 last:border-b"
              >
                <span className="min-w-72 max-sm:basis-full">{labelText(row, label)}</span>
                <span className="flex-1 text-sm text-muted">{sourceText(label)}</span>
                {label.origin && <Badge>{label.origin}</Badge>}
              </li>
            ))}
          </ul>
        )}
      </Section>
      <RecordAnnotations row={row} />
      <Sources row={row} />
      <Metadata metadata={row.metadata} />
    </>
  );
}

function Images({ urls = [] }: { urls?: string[] | undefined }) {
  if (urls.length === 0) return null;
  return (
    <p className="flex flex-wrap gap-2 pt-2">
      {urls.map((url, index) => (
        <a key={url} href={url} target="_blank" rel="noreferrer">
          <img
            src={url}
            alt={`${index + 1} of ${urls.length}; opens in a tab of its own`}
            loading="lazy"
            className="max-h-72 min-h-12 min-w-12 rounded-sm border border-line bg-subtle"
          />
        </a>
      ))}
    </p>
  );
}

/** What each signal says about one response. A missing score is said, never shown as 0. */
function Scores({ row, responseId, signals }: { row: DatasetRow; responseId: string; signals: Signal[] }) {
  return Object.entries(row.signals ?? {}).map(([id, scores]) => {
    const name = signals.find((signal) => String(signal.id) === id)?.name ?? `Signal ${id}`;
    const score = scores[responseId];
    return (
      <span key={id} className="num">
        {name}{" "}
        <span className="font-medium text-fg">
          {score === null || score === undefined ? NONE : formatNumber(score)}
        </span>
      </span>
    );
  });
}

/** Passages and references, which annotators see beside the responses and marks point to. */
function Sources({ row }: { row: DatasetRow }) {
  const { passages = [], reference } = itemOf(row).materials ?? {};
  if (passages.length === 0 && !reference) return null;
  return (
    <Section title="Sources">
      {reference && (
        <details className="border-t border-line py-1.5">
          <summary>Reference</summary>
          <Markdown text={reference} compact className="py-2" />
        </details>
      )}
      {passages.map((passage, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: passages have no identity but their place.
        <details key={index} className="border-t border-line py-1.5 last:border-b">
          <summary>
            Passage {index + 1}: <bdi>{passage.title}</bdi>
          </summary>
          <ol className="max-w-[80ch] list-decimal py-2 ps-8 text-muted">
            {passage.sentences.map((each, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: sentences have no identity but their place.
              <li key={place} dir="auto">
                {each}
              </li>
            ))}
          </ol>
        </details>
      ))}
    </Section>
  );
}

function Metadata({ metadata }: { metadata: Record<string, unknown> }) {
  const entries = Object.entries(metadata ?? {}).filter(
    ([name, value]) =>
      !(name === "passages" && Array.isArray(value)) && !(name === "reference" && typeof value === "string"),
  );
  if (entries.length === 0) return null;
  return (
    <Section title="Metadata">
      <dl className="grid grid-cols-[minmax(80px,160px)_1fr] gap-x-4 gap-y-1 text-sm">
        {entries.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="truncate text-muted">{name}</dt>
            <dd className="min-w-0 break-words">
              {typeof value === "string" ? value : JSON.stringify(value)}
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
