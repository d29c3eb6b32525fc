import { useState } from "react";
import { Badge, Button, Section } from "@/components/ui";
import type { PairRow, Signal } from "@/lib/api/types";
import { cx } from "@/lib/cx";
import { countOf, formatNumber, formatPercent, humanize } from "@/lib/format";
import { reasonWords } from "@/lib/recipes/words";
import { addedSteps, type Preview } from "./api";

/** So many stand on each side before one asks for the rest. */
const FIRST = 2;

interface Props {
  preview: Preview;
  signals: Signal[];
}

/** Real pairs on both sides of the cut, so that numbers are never trusted blindly. */
export function Examples({ preview, signals }: Props) {
  const [all, setAll] = useState(false);
  const { kept, dropped } = preview.samples;
  const more = Math.max(kept.length, dropped.length) > FIRST;
  const side = (rows: PairRow[]) => (all ? rows : rows.slice(0, FIRST));
  return (
    <Section
      title="Examples"
      actions={
        more && (
          <Button size="sm" variant="ghost" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? "Show fewer" : "Show more"}
          </Button>
        )
      }
    >
      <div className="grid gap-8 lg:grid-cols-2">
        <Side
          title="Kept"
          rows={side(kept)}
          total={preview.kept}
          empty="Nothing is kept. Loosen a step."
          preview={preview}
          signals={signals}
        />
        <Side
          title="Dropped or set aside"
          rows={side(dropped)}
          total={preview.dropped + preview.review}
          empty="Nothing is dropped."
          preview={preview}
          signals={signals}
        />
      </div>
      {(all || !more) && (
        <p className="pt-3 text-sm text-muted">
          A preview draws a few pairs by lot, those dropped over all reasons. A frozen snapshot lists every
          pair.
        </p>
      )}
    </Section>
  );
}

function Side({
  title,
  rows,
  total,
  empty,
  ...rest
}: Props & { title: string; rows: PairRow[]; total: number; empty: string }) {
  return (
    <div className="min-w-0">
      <h3 className="num mb-2 flex justify-between border-b border-line pb-1 font-medium text-muted">
        {title}
        {rows.length > 0 && (
          <span className="font-normal text-faint">
            {rows.length} of {countOf(total, "pair")}
          </span>
        )}
      </h3>
      {rows.length === 0 && <p className="text-muted">{empty}</p>}
      <ul>
        {rows.map((row) => (
          <Example key={row.pair_id} row={row} {...rest} />
        ))}
      </ul>
    </div>
  );
}

function Example({ row, preview, signals }: Props & { row: PairRow }) {
  const [whole, setWhole] = useState(false);
  const prompt = row.prompt.at(-1)?.content ?? "";
  const clamp = whole ? "whitespace-pre-line" : "line-clamp-2";
  const isLong = [prompt, row.chosen.content, row.rejected.content].some(
    (text) => text.length > 110 || text.trim().includes("\n"),
  );
  const why = whyOut(row, preview);
  return (
    <li className="border-b border-line py-3">
      <p dir="auto" className={cx("font-medium", clamp)}>
        {prompt}
      </p>
      <dl className="mt-1 grid grid-cols-[72px_minmax(0,1fr)] gap-x-3 gap-y-1 text-sm">
        <dt className="text-faint">Chosen</dt>
        <dd dir="auto" className={clamp}>
          {row.chosen.content}
        </dd>
        <dt className="text-faint">Rejected</dt>
        <dd dir="auto" className={cx("text-muted", clamp)}>
          {row.rejected.content}
        </dd>
      </dl>
      <p className="num mt-1 text-sm text-muted">{factsOf(row, signals).join(" · ")}</p>
      <div className="flex flex-wrap items-center gap-2 pt-1">
        {row.flipped && <Badge tone="warn">Label flipped</Badge>}
        {row.soft_label !== 1 && (
          <Badge>Soft label: chosen better with {formatPercent(row.soft_label, 1)}</Badge>
        )}
        {row.weight !== 1 && <Badge>Weight {formatNumber(row.weight)}</Badge>}
        {why && <span className="text-sm text-danger">{why}</span>}
        {isLong && (
          <Button
            size="sm"
            variant="ghost"
            className="ml-auto"
            aria-expanded={whole}
            onClick={() => setWhole(!whole)}
          >
            {whole ? "Shorten" : "Read in full"}
          </Button>
        )}
      </div>
    </li>
  );
}

function factsOf(row: PairRow, signals: Signal[]): string[] {
  const margins = Object.entries(row.margins).map(([id, margin]) => {
    const name = signals.find((each) => String(each.id) === id)?.name ?? `signal ${id}`;
    return margin === null ? `${name}: no value` : `${name} ${formatNumber(margin)}`;
  });
  return [
    row.strength === null ? "no strength" : `strength ${formatNumber(row.strength)}`,
    row.votes > 0
      ? `${countOf(row.votes, "vote")}${row.label_source ? ` (${humanize(row.label_source)})` : ""}`
      : "",
    row.agreement !== null && row.votes > 1 ? `${formatPercent(row.agreement)} agree` : "",
    row.aspect ?? "",
    ...margins,
  ].filter(Boolean);
}

/** "Dropped by step 3: too weak a preference". */
function whyOut(row: PairRow, preview: Preview): string | null {
  if (row.decision === "keep") return null;
  const verb = row.decision === "review" ? "Set aside for review" : "Dropped";
  const place = row.step === null ? -1 : row.step - addedSteps(preview.sent);
  const by = place >= 0 && place < preview.sent.length ? ` by step ${place + 1}` : "";
  return `${verb}${by}${row.reason ? `: ${reasonWords(row.reason)}` : ""}`;
}
