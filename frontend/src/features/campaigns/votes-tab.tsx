import { DataTable, EmptyState, ErrorState, LoadMore, RelativeTime, Skeleton } from "@/components/ui";
import type { Answers, Campaign, CampaignFeedback } from "@/lib/api/types";
import { usePaged } from "@/lib/api/use-paged";
import { formatMs } from "@/lib/format";

/** Every current answer, newest first. Answers name responses, never sides. */
export function VotesTab({ campaign }: { campaign: Campaign }) {
  const list = usePaged<CampaignFeedback>(
    ["campaign", campaign.id, "feedback"],
    `/api/campaigns/${campaign.id}/feedback/`,
  );
  if (list.error) return <ErrorState error={list.error} onRetry={list.refetch} />;
  if (list.isPending) return <Skeleton />;
  if (list.rows.length === 0) {
    return <EmptyState title="No answers yet">Answers appear here as people give them.</EmptyState>;
  }
  return (
    <>
      <DataTable
        caption="Answers of this campaign"
        rows={list.rows}
        rowKey={(row) => row.id}
        columns={[
          { key: "when", header: "When", cell: (row) => <RelativeTime at={row.created_at} /> },
          { key: "who", header: "Annotator", cell: (row) => row.annotator.name || row.annotator.email },
          { key: "item", header: "Item", numeric: true, cell: (row) => row.item.position + 1 },
          { key: "answer", header: "Answer", cell: (row) => <AnswerText answers={row.answers} /> },
          { key: "time", header: "Active time", numeric: true, cell: (row) => formatMs(row.active_ms) },
          { key: "revision", header: "Revision", numeric: true, cell: (row) => row.revision },
        ]}
      />
      <LoadMore list={list} />
    </>
  );
}

function AnswerText({ answers }: { answers: Answers }) {
  // Verdicts first, words after them.
  const ordered = Object.entries(answers).sort(
    ([, one], [, other]) => Number(typeof one === "string") - Number(typeof other === "string"),
  );
  return (
    <span className="line-clamp-2">
      {ordered.map(([name, answer]) => (
        <span key={name} className="mr-3">
          {typeof answer === "string" ? (
            <span className="text-muted">“{answer}”</span>
          ) : Array.isArray(answer) ? (
            answer.join(", ")
          ) : "outcome" in answer ? (
            answer.outcome === "tie" ? (
              "About the same"
            ) : (
              "Both bad"
            )
          ) : !("better" in answer) || typeof answer.strength !== "number" ? (
            <code className="font-mono text-sm">{JSON.stringify(answer)}</code>
          ) : (
            <>
              <code className="font-mono text-sm">{String(answer.better).slice(0, 8)}</code> better by{" "}
              {answer.strength}
            </>
          )}
        </span>
      ))}
    </span>
  );
}
