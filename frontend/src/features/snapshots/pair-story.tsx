import { useQuery } from "@tanstack/react-query";
import { Markdown } from "@/components/markdown";
import { Icon, type IconName, Link } from "@/components/ui";
import type { PairLineage, PairRow, RecipeStep, Signal } from "@/lib/api/types";
import { cx } from "@/lib/cx";
import { countOf, formatNumber, formatPercent, humanize, sentence } from "@/lib/format";
import { paths } from "@/lib/paths";
import { summaryOf } from "@/lib/recipes/words";
import { useProject } from "@/lib/session";
import { signalsQuery, versionQuery } from "./api";
import {
  decisionWords,
  labelSource,
  labelWords,
  provenanceLines,
  saidWords,
  signalValues,
  stanceCounts,
  stanceOf,
} from "./lineage";

/** Why a pair is in a snapshot or out of it, from the verdict down to the numbers. */
export function PairStory({ lineage }: { lineage: PairLineage }) {
  const { pair, labels, steps } = lineage;
  const project = useProject();
  const signals = useQuery(signalsQuery(lineage.dataset_version)).data?.results ?? [];
  return (
    <div className="flex flex-col gap-6">
      <div>
        <p className="font-medium">{decisionWords(pair)}</p>
        <p className="num text-sm text-muted">{factsOf(pair)}</p>
      </div>
      <Texts pair={pair} />
      <Part title={countOf(labels.length, "label")} note={stanceCounts(labels)}>
        {labels.length === 0 ? (
          <p className="text-muted">No label compares these two responses directly.</p>
        ) : (
          <ul className="border-t border-line">
            {labels.map((label, index) => (
              <li
                // biome-ignore lint/suspicious/noArrayIndexKey: labels of an immutable row have no id and never move.
                key={index}
                className="flex flex-wrap gap-x-3 border-b border-line py-1.5"
              >
                <span className="flex min-w-52 items-center gap-1.5">
                  <StanceIcon stance={stanceOf(label)} />
                  {labelWords(label)}
                </span>
                <span className="min-w-0 flex-1 text-sm break-words text-muted">{labelSource(label)}</span>
                {label.judge !== null && (
                  <Link to={paths.judge(project.id, label.judge)} className="text-sm">
                    What was measured about it
                  </Link>
                )}
              </li>
            ))}
          </ul>
        )}
      </Part>
      <Part title="What each step said">
        <ol className="border-t border-line">
          {steps.map((step) => (
            <li
              key={step.index}
              className={cx(
                "grid grid-cols-[1fr_1fr] gap-x-4 border-b border-line py-1.5 max-sm:grid-cols-1",
                step.said === "not reached" && "text-faint",
              )}
            >
              <span className="min-w-0 break-words">
                {step.title}
                <span className={cx("block text-sm", step.said !== "not reached" && "text-muted")}>
                  {summaryOf(step.params as RecipeStep, signals)}
                </span>
              </span>
              <span className="flex items-start gap-1.5">
                <SaidIcon said={step.said} />
                <span className={step.said === "drop" || step.said === "review" ? "font-medium" : ""}>
                  {saidWords(step)}
                </span>
              </span>
            </li>
          ))}
        </ol>
      </Part>
      <Signals lineage={lineage} known={signals} />
      <WhereFrom lineage={lineage} />
    </div>
  );
}

function factsOf(pair: PairRow): string {
  return [
    `Strength ${formatNumber(pair.strength)} from ${countOf(pair.votes, "vote")}`,
    pair.agreement !== null && `${formatPercent(pair.agreement)} of them on one side`,
    pair.label_source && `labels that counted: ${humanize(pair.label_source)}`,
    pair.aspect && `on ${humanize(pair.aspect)}`,
  ]
    .filter(Boolean)
    .join(" · ");
}

function Part({ title, note, children }: { title: string; note?: string; children: React.ReactNode }) {
  return (
    <section>
      <h3 className="mb-1 text-base font-medium">
        {title}
        {note && <span className="ms-2 text-sm font-normal text-muted">{note}</span>}
      </h3>
      {children}
    </section>
  );
}

function Texts({ pair }: { pair: PairRow }) {
  const earlier = pair.prompt.slice(0, -1);
  const last = pair.prompt.at(-1);
  return (
    <div className="flex flex-col gap-4 border-y border-line py-4">
      {earlier.length > 0 && (
        <details>
          <summary className="cursor-pointer text-sm text-muted">
            {countOf(earlier.length, "earlier turn")}
          </summary>
          <div className="mt-2 flex flex-col gap-3">
            {earlier.map((message, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: turns have no identity but their place.
              <Text key={index} title={sentence(message.role)} text={message.content} />
            ))}
          </div>
        </details>
      )}
      {last && <Text title={last.role === "user" ? "Prompt" : sentence(last.role)} text={last.content} />}
      <div className="grid gap-4 sm:grid-cols-2">
        <Text title="Chosen" text={pair.chosen.content} />
        <Text title="Rejected" text={pair.rejected.content} />
      </div>
    </div>
  );
}

function Text({ title, text }: { title: string; text: string }) {
  return (
    <section className="min-w-0">
      <h3 className="mb-1 text-sm font-medium text-muted">{title}</h3>
      {text ? <Markdown text={text} compact /> : <p className="text-faint">Empty</p>}
    </section>
  );
}

const STANCE_ICONS: Record<ReturnType<typeof stanceOf>, IconName> = {
  agrees: "check",
  against: "close",
  tie: "more",
  "both bad": "warning",
  "no side": "more",
};

/** The words beside it say the same. */
function StanceIcon({ stance }: { stance: ReturnType<typeof stanceOf> }) {
  return <Icon name={STANCE_ICONS[stance]} className="shrink-0 text-muted" />;
}

function SaidIcon({ said }: { said: string }) {
  const name: IconName =
    said === "kept" ? "check" : said === "drop" ? "close" : said === "review" ? "flag" : "more";
  return <Icon name={name} className="mt-1 shrink-0" />;
}

function Signals({ lineage, known }: { lineage: PairLineage; known: Signal[] }) {
  if (lineage.signals.length === 0) return null;
  return (
    <Part title="Signals the recipe looked at">
      {lineage.signals.map((signal) => {
        const values = signalValues(
          signal,
          lineage.pair,
          known.find((each) => each.id === signal.id),
        );
        return (
          <section key={signal.id} aria-label={signal.name} className="border-t border-line py-2">
            <h4 className="text-sm font-medium">{signal.name}</h4>
            {values.length === 0 && <p className="text-sm text-muted">No value for this pair.</p>}
            {values.map((value, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: values have no identity but their place.
              <div key={index} className="flex flex-wrap gap-x-4 text-sm">
                {value.side && <span className="w-16 text-muted">{value.side}</span>}
                {value.missing ? (
                  <span className="text-warn">No value: {value.missing}</span>
                ) : (
                  <dl className="contents">
                    {value.columns.map((column) => (
                      <div key={column.name} className="flex gap-1.5">
                        <dt className="text-muted">{column.title}</dt>
                        <dd className="num">{column.value}</dd>
                      </div>
                    ))}
                  </dl>
                )}
              </div>
            ))}
            <details className="mt-1 text-sm">
              <summary className="cursor-pointer text-muted">Where it comes from</summary>
              <dl className="mt-1 grid grid-cols-[minmax(96px,180px)_1fr] gap-x-4 gap-y-0.5">
                {provenanceLines(signal.provenance).map(([title, text]) => (
                  <div key={title} className="contents">
                    <dt className="text-muted">{title}</dt>
                    <dd className="min-w-0 break-words">{text}</dd>
                  </div>
                ))}
              </dl>
            </details>
          </section>
        );
      })}
    </Part>
  );
}

function WhereFrom({ lineage }: { lineage: PairLineage }) {
  const project = useProject();
  const { data: version } = useQuery(versionQuery(lineage.dataset_version));
  if (!version) return null;
  return (
    <p className="text-sm">
      <Link
        to={paths.datasetTab(project.id, version.dataset, "rows")}
        search={{ version: String(version.number), row: lineage.pair.record_id }}
      >
        Read the whole record in version {version.number} of the dataset
      </Link>
    </p>
  );
}
