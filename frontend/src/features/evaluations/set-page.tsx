import { useQuery } from "@tanstack/react-query";
import { JobStrip } from "@/components/job-strip";
import { Async, Figures, Page, Section, StateBadge } from "@/components/ui";
import { usePaged } from "@/lib/api/use-paged";
import { formatCount } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";
import { useNumberParam } from "@/lib/use-params";
import { type EvaluationItem, type EvaluationSet, setQuery } from "./api";
import { ItemTable } from "./item-table";
import { layoutName } from "./layouts";

export function SetPage() {
  const query = useQuery(setQuery(useNumberParam("setId")));
  return <Async query={query}>{(set) => <SetView set={set} onEnd={() => void query.refetch()} />}</Async>;
}

function SetView({ set, onEnd }: { set: EvaluationSet; onEnd: () => void }) {
  const project = useProject();
  const subsets = Object.entries(set.counts.subsets ?? {});
  return (
    <Page
      title={set.name}
      trail={[
        { label: project.name, to: paths.project(project.id) },
        { label: "Models", to: paths.models(project.id) },
        { label: "Evaluation sets", to: paths.evaluationSets(project.id) },
      ]}
      aside={<StateBadge state={set.state} />}
    >
      {set.job !== null && set.state !== "ready" && <JobStrip jobId={set.job} onEnd={onEnd} />}
      {set.error && set.job === null && (
        <p role="alert" className="mt-3 text-danger">
          {set.error}
        </p>
      )}
      {set.state === "ready" && (
        <>
          <Figures
            items={[
              { label: "Kind", value: layoutName(set.layout) },
              { label: "Items", value: formatCount(set.counts.items) },
              { label: "Prompts", value: formatCount(set.counts.prompts) },
              { label: "Answers", value: formatCount(set.counts.candidates) },
              { label: "Scenarios", value: formatCount(subsets.length) },
            ]}
          />
          <p className="mt-3 text-sm break-all text-muted">
            Content hash <code className="font-mono">{set.content_hash}</code>
            {set.files.length > 0 && `, from ${set.files.join(", ")}`}
          </p>
          <Items set={set} />
        </>
      )}
    </Page>
  );
}

function Items({ set }: { set: EvaluationSet }) {
  const list = usePaged<EvaluationItem>(
    ["evaluation-set", set.id, "items"],
    `/api/evaluation-sets/${set.id}/items/`,
    { limit: 50 },
  );
  return (
    <Section title="Items">
      <ItemTable
        id="evaluation-items"
        caption="Items of the set"
        list={list}
        promptClass="max-w-[60ch]"
        columns={[
          { key: "right", header: "Right answers", numeric: true, cell: (each) => rightOf(each) },
          {
            key: "wrong",
            header: "Wrong answers",
            numeric: true,
            cell: (each) => each.candidates.length - rightOf(each),
          },
        ]}
      />
    </Section>
  );
}

const rightOf = ({ candidates }: EvaluationItem) =>
  candidates.filter((each) => each.role === "correct").length;
