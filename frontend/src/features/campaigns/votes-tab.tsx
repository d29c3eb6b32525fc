import { useListKeys } from "@/actions";
import { DataTable, EmptyState, PagedRows, RelativeTime } from "@/components/ui";
import { namesShown, summaryOf } from "@/features/annotate/readers";
import type { Campaign, CampaignFeedback, FormVersionDetail, Question } from "@/lib/api/types";
import { usePaged } from "@/lib/api/use-paged";
import { formatMs } from "@/lib/format";
import { useSearchState } from "@/lib/use-search-state";
import { AnswerPanel } from "./answer-panel";

/** Every current answer, newest first. Answers name responses, never sides; here they are named as they were shown. */
export function VotesTab({ campaign }: { campaign: Campaign }) {
  const list = usePaged<CampaignFeedback>(
    ["campaign", campaign.id, "feedback"],
    `/api/campaigns/${campaign.id}/feedback/`,
  );
  const questionsOf = useQuestions(campaign);
  const [search, setSearch] = useSearchState();
  const open = list.rows.find((row) => String(row.id) === search.answer);
  const show = (row: CampaignFeedback | undefined) => row && setSearch({ answer: String(row.id) });
  const { active, setActive, rowProps } = useListKeys({
    id: "answers",
    group: "Answers",
    count: list.rows.length,
    onOpen: (index) => show(list.rows[index]),
    ...(list.hasMore && { onPastEnd: list.loadMore }),
  });
  return (
    <PagedRows
      list={list}
      empty={<EmptyState title="No answers yet">Answers appear here as people give them.</EmptyState>}
    >
      <DataTable
        caption="Answers of this campaign"
        rows={list.rows}
        rowKey={(row) => row.id}
        active={open ? list.rows.indexOf(open) : active}
        rowProps={rowProps}
        onRowClick={(row, index) => {
          setActive(index);
          show(row);
        }}
        columns={[
          {
            key: "item",
            header: "Item",
            cell: (row) => (
              <button
                type="button"
                className="num font-medium underline-offset-2 hover:underline"
                aria-label={`Item ${row.item.position + 1}, answer of ${row.annotator.name || row.annotator.email}`}
                onClick={() => show(row)}
              >
                {row.item.position + 1}
              </button>
            ),
          },
          { key: "who", header: "Annotator", cell: (row) => row.annotator.name || row.annotator.email },
          {
            key: "answer",
            header: "Answer",
            className: "w-1/2",
            cell: (row) => <Summary feedback={row} questions={questionsOf(row.form_version)} />,
          },
          { key: "time", header: "Active time", numeric: true, cell: (row) => formatMs(row.active_ms) },
          { key: "version", header: "Questions", numeric: true, cell: (row) => `v${row.form_version}` },
          { key: "revision", header: "Revision", numeric: true, cell: (row) => row.revision },
          { key: "when", header: "Given", cell: (row) => <RelativeTime at={row.created_at} /> },
        ]}
      />
      {open && <AnswerPanel key={open.id} feedback={open} onClose={() => setSearch({ answer: undefined })} />}
    </PagedRows>
  );
}

/** The questions of each version of the form; those of the newest are at hand already. */
function useQuestions(campaign: Campaign): (version: number) => Question[] {
  const list = usePaged<FormVersionDetail>(
    ["campaign", campaign.id, "form-versions"],
    `/api/campaigns/${campaign.id}/form-versions/`,
    {},
    { enabled: campaign.form.version > 1 },
  );
  return (version) =>
    version === campaign.form.version
      ? campaign.form.questions
      : (list.rows.find((each) => each.version === version)?.questions ?? []);
}

function Summary({ feedback, questions }: { feedback: CampaignFeedback; questions: readonly Question[] }) {
  const name = namesShown(feedback.shown_order);
  const answered = questions.filter((question) => feedback.answers[question.name] !== undefined);
  return (
    <span dir="auto" className="line-clamp-2">
      {answered.map((question, index) => {
        const answer = feedback.answers[question.name];
        return (
          answer !== undefined && (
            <span key={question.name} className={index > 0 ? "text-muted" : ""}>
              {index > 0 && " · "}
              {index > 0 && (
                <span className="text-faint">
                  {/[?:!.]$/.test(question.title) ? question.title : `${question.title}:`}{" "}
                </span>
              )}
              {summaryOf(question, answer, name)}
            </span>
          )
        );
      })}
    </span>
  );
}
