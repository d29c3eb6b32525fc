import { useQuery } from "@tanstack/react-query";
import { Async, Badge, DataTable, EmptyState, Figures, Section } from "@/components/ui";
import type { Campaign, CampaignQuality } from "@/lib/api/types";
import { countOf, formatCount, formatMs, formatPercent, NONE } from "@/lib/format";
import { qualityQuery } from "./api";
import { Interval } from "./interval";

export function QualityTab({ campaign }: { campaign: Campaign }) {
  const query = useQuery(qualityQuery(campaign.id));
  return (
    <Async query={query}>
      {(quality) =>
        quality.feedback === 0 ? (
          <EmptyState title="No answers yet">
            Agreement, strengths and side bias appear here with the first answers.
          </EmptyState>
        ) : (
          <Quality quality={quality} />
        )
      }
    </Async>
  );
}

function Quality({ quality }: { quality: CampaignQuality }) {
  const { agreement, side_bias: side } = quality;
  return (
    <>
      <Figures
        items={[
          { label: "Answers", value: formatCount(quality.feedback) },
          { label: "Items answered", value: formatCount(quality.items_done) },
          {
            label: "Agreement",
            value: formatPercent(agreement.rate),
            note: countOf(agreement.pairs, "pair of answers", "pairs of answers"),
          },
          {
            label: "First preferred",
            value: formatPercent(side.first_rate),
            note: `of ${countOf(side.n, "preference")}`,
          },
          { label: "Median active time", value: formatMs(quality.median_active_ms) },
        ]}
      />
      <div className="mt-8 grid gap-x-12 gap-y-8 lg:grid-cols-2">
        <Section title="Strength of preference (− first shown, + second shown)">
          <Strengths histogram={quality.strength_histogram} />
        </Section>
        <div>
          <Section title="Side bias: how often the first shown is preferred">
            <Interval rate={side.first_rate} low={side.low} high={side.high} reference={0.5} />
          </Section>
          <Section title="Agreement between two people on one item">
            <Interval rate={agreement.rate} low={agreement.low} high={agreement.high} />
          </Section>
          <Section title="Outcomes">
            <dl className="flex gap-8">
              {Object.entries(quality.outcomes).map(([outcome, count]) => (
                <div key={outcome}>
                  <dt className="text-xs text-muted">{OUTCOMES[outcome] ?? outcome}</dt>
                  <dd className="num text-lg font-medium">{formatCount(count)}</dd>
                </div>
              ))}
            </dl>
          </Section>
        </div>
      </div>
      <Section title="Annotators">
        <DataTable
          caption="Quality by annotator"
          rows={quality.annotators}
          rowKey={(annotator) => annotator.user.id}
          columns={[
            {
              key: "name",
              header: "Annotator",
              cell: (annotator) => (
                <span className="flex items-center gap-2">
                  {annotator.user.name || annotator.user.email}
                  {"is_simulated" in annotator && annotator.is_simulated === true && <Badge>Simulated</Badge>}
                </span>
              ),
            },
            { key: "n", header: "Answers", numeric: true, cell: (each) => formatCount(each.feedback) },
            {
              key: "agree",
              header: "Agrees with others",
              numeric: true,
              cell: (each) => formatPercent(each.agreement),
            },
            {
              key: "first",
              header: "Prefers first",
              numeric: true,
              cell: (each) => formatPercent(each.first_rate),
            },
            {
              key: "time",
              header: "Median time",
              numeric: true,
              cell: (each) => formatMs(each.median_active_ms),
            },
          ]}
        />
      </Section>
    </>
  );
}

const OUTCOMES: Record<string, string> = {
  preference: "One is better",
  tie: "About the same",
  both_bad: "Both bad",
};

/** One row a strength; the widest bar is the most frequent. */
function Strengths({ histogram }: { histogram: CampaignQuality["strength_histogram"] }) {
  const most = Math.max(1, ...histogram.map((bar) => bar.count));
  const total = histogram.reduce((sum, bar) => sum + bar.count, 0);
  return (
    <table className="w-full">
      <caption className="sr-only">Answers by strength of preference</caption>
      <tbody>
        {histogram.map((bar) => (
          <tr key={bar.value}>
            <th scope="row" className="num w-10 pr-3 text-right font-normal text-muted">
              {bar.value > 0 ? `+${bar.value}` : String(bar.value).replace("-", "−")}
            </th>
            <td className="w-full py-0.5">
              <div
                className="h-5 rounded-sm bg-(--chart-1) opacity-80"
                style={{ width: `${(bar.count / most) * 100}%` }}
              />
            </td>
            <td className="num pl-3 text-right whitespace-nowrap">{formatCount(bar.count)}</td>
            <td className="num pl-3 text-right whitespace-nowrap text-faint">
              {total ? formatPercent(bar.count / total) : NONE}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
