import { useQuery } from "@tanstack/react-query";
import { IntervalChart, type IntervalRow, SHARES } from "@/components/chart";
import { Async, EmptyState, Icon, LinkButton, Section } from "@/components/ui";
import { countOf, formatCount, formatPercent } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";
import { type Evaluation, type WinRate, winRatesQuery } from "./api";
import { intervalOf, intervalWords, numberOf, textOf } from "./measured";

/** Who prefers the policy how often: a judge and people next to each other, raw and at equal length. */
export function WinRatesView({ evaluation }: { evaluation: Evaluation }) {
  const project = useProject();
  const query = useQuery(winRatesQuery(evaluation.id));
  const { metrics } = evaluation;
  const campaign = numberOf(metrics.campaign);
  return (
    <Section
      title={`${textOf(metrics.model)} against ${textOf(metrics.opponent)}`}
      actions={
        <>
          <LinkButton to={paths.datasetTab(project.id, numberOf(metrics.dataset) ?? 0, "rows")}>
            Read the pairs
          </LinkButton>
          {campaign !== null && (
            <LinkButton to={paths.campaign(project.id, campaign)}>Open the campaign</LinkButton>
          )}
          {evaluation.judge && (
            <LinkButton to={paths.judge(project.id, evaluation.judge.id)}>Open the judge</LinkButton>
          )}
        </>
      }
    >
      <p className="num mb-3 max-w-[80ch] text-sm text-muted">
        {countOf(numberOf(metrics.pairs) ?? 0, "pair")}
        {(numberOf(metrics.identical) ?? 0) > 0 &&
          `, and ${formatCount(numberOf(metrics.identical))} prompts that both answered alike, which count as ties`}
        . A tie is half a win; length is controlled by a regression on its difference.
      </p>
      <Async query={query}>
        {({ judge, people }) => {
          const rows = [...rowsOf("Judge", judge), ...rowsOf("People", people)];
          if (judge === null && people === null)
            return (
              <EmptyState title="Nobody was asked yet">
                Queue the dataset of pairs to a campaign, or evaluate again with a campaign or a judge.
              </EmptyState>
            );
          return (
            <>
              <IntervalChart
                title="Win rate"
                scale={SHARES}
                reference={0.5}
                rows={rows}
                format={(value) => intervalWords(value)}
                formatTick={(value) => formatPercent(value)}
              />
              {[judge, people].map((rate) =>
                rate?.warning ? (
                  <p key={rate.warning} className="mt-3 flex items-start gap-2 text-warn">
                    <Icon name="warning" className="mt-0.5 shrink-0" />
                    {rate.warning}
                  </p>
                ) : null,
              )}
            </>
          );
        }}
      </Async>
    </Section>
  );
}

function rowsOf(who: string, rate: WinRate | null): IntervalRow[] {
  if (rate === null) return [];
  const nothing = { estimate: null, low: null, high: null };
  const waiting = rate.missing > 0 ? `, ${formatCount(rate.missing)} still to come` : "";
  const bad = rate.both_bad > 0 ? `, ${formatCount(rate.both_bad)} said both are bad` : "";
  return [
    {
      key: `${who} raw`,
      label: who,
      value: rate.raw ? intervalOf(rate.raw) : nothing,
      count: `${countOf(rate.votes, "vote")}${waiting}${bad}`,
    },
    {
      key: `${who} controlled`,
      label: `${who}, at equal length`,
      value: rate.length_controlled ? intervalOf(rate.length_controlled) : nothing,
    },
  ];
}
