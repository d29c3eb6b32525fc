import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { SHARES, Track } from "@/components/chart";
import { Badge, Link, RelativeTime } from "@/components/ui";
import { cx } from "@/lib/cx";
import { countOf } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";
import { type Estimate, type Judge, judgeModelsQuery, protocolsQuery } from "./api";
import { formatUsd, modelWords, percentRange, percentWords, standingOf } from "./words";

/** The bar that the lower bound of its accuracy must reach. */
export const BAR = 0.65;

/** One judge at a glance: what it is, how far it may be believed, and why. */
export function JudgeCard({
  judge,
  active,
  rowProps,
}: {
  judge: Judge;
  active: boolean;
  rowProps: Record<string, string>;
}) {
  const project = useProject();
  const protocols = useQuery(protocolsQuery);
  const models = useQuery(judgeModelsQuery(project.id));
  const protocol = protocols.data?.find((each) => each.name === judge.protocol);
  const { standing } = judge;
  return (
    <li
      {...rowProps}
      aria-current={active ? "true" : undefined}
      className={cx(
        "relative flex flex-col gap-3 rounded-md border border-line p-4 hover:border-control",
        active && "border-accent! bg-accent-soft",
      )}
    >
      <div className="flex flex-wrap items-start gap-x-3 gap-y-1">
        <h2 className="min-w-0 flex-1 text-base break-words">
          <Link
            to={paths.judge(project.id, judge.id)}
            // The whole card leads there.
            className="text-fg after:absolute after:inset-0 after:rounded-md"
          >
            <bdi>{judge.name}</bdi> <span className="num font-normal text-muted">v{judge.version}</span>
          </Link>
        </h2>
        <StandingBadge judge={judge} />
      </div>
      <p className="text-sm text-muted">
        {protocol?.title ?? judge.protocol} · <bdi>{modelWords(judge, models.data)}</bdi>
      </p>
      {standing.trust !== null && (
        <dl className={cx("flex flex-col gap-2", standing.outdated && "opacity-70")}>
          <Rate
            label="Accuracy against people"
            value={standing.accuracy}
            reference={BAR}
            note={standing.pairs === null ? "" : countOf(standing.pairs, "pair")}
          />
          {standing.consistency && <Rate label="Same verdict when swapped" value={standing.consistency} />}
          {standing.cost_per_1000 !== null && (
            <Line label="Cost of 1,000 pairs">{formatUsd(standing.cost_per_1000)}</Line>
          )}
          {standing.measured_at && (
            <Line label="Measured">
              <RelativeTime at={standing.measured_at} />
            </Line>
          )}
        </dl>
      )}
      <p className={cx("mt-auto text-sm", judge.problem ? "text-danger" : "text-muted")}>
        {judge.problem || standing.rule}
      </p>
    </li>
  );
}

export function StandingBadge({ judge }: { judge: Judge }) {
  const { label, tone, icon } = standingOf(judge);
  return (
    <Badge tone={tone} icon={icon}>
      {label}
    </Badge>
  );
}

function Line({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="flex items-baseline justify-between gap-3 text-sm">
      <dt className="text-muted">{label}</dt>
      <dd className="num">{children}</dd>
    </div>
  );
}

function Rate({
  label,
  value,
  reference,
  note,
}: {
  label: string;
  value: Estimate | null;
  reference?: number;
  note?: string;
}) {
  const range = percentRange(value);
  return (
    <div className="grid grid-cols-[1fr_auto] items-baseline gap-x-3 text-sm">
      <dt className="text-muted">{label}</dt>
      <dd className="num text-right">
        <span className="font-medium">{percentWords(value && { ...value, low: null })}</span>
        {range && <span className="ms-2 text-muted">{range}</span>}
        {note && <span className="ms-2 text-muted">{note}</span>}
      </dd>
      {value && (
        <dd className="col-span-2">
          <Track row={{ value }} scale={SHARES} reference={reference} />
        </dd>
      )}
    </div>
  );
}
