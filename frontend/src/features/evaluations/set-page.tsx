import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useListKeys } from "@/actions";
import { JobStrip } from "@/components/job-strip";
import { Async, DataTable, Figures, Page, PagedRows, Section, SidePanel, StateBadge } from "@/components/ui";
import { usePaged } from "@/lib/api/use-paged";
import { formatCount, NONE } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";
import { useNumberParam } from "@/lib/use-params";
import { type EvaluationItem, type EvaluationSet, setQuery } from "./api";
import { ItemTexts } from "./item-texts";
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
  const [opened, setOpened] = useState<number | null>(null);
  const list = usePaged<EvaluationItem>(
    ["evaluation-set", set.id, "items"],
    `/api/evaluation-sets/${set.id}/items/`,
    { limit: 50 },
  );
  const { active, rowProps } = useListKeys({
    id: "evaluation-items",
    group: "Items",
    count: list.rows.length,
    onOpen: setOpened,
  });
  const item = opened === null ? undefined : list.rows[opened];
  return (
    <Section title="Items">
      <PagedRows list={list}>
        <DataTable
          caption="Items of the set"
          rows={list.rows}
          rowKey={(each) => each.index}
          onRowClick={(_, index) => setOpened(index)}
          active={active}
          rowProps={rowProps}
          columns={[
            {
              key: "prompt",
              header: "Prompt",
              className: "max-w-[60ch]",
              cell: (each) => (
                <button
                  type="button"
                  dir="auto"
                  className="block max-w-full truncate text-start"
                  onClick={() => setOpened(list.rows.indexOf(each))}
                >
                  {each.prompt.at(-1)?.content}
                </button>
              ),
            },
            { key: "subset", header: "Scenario", cell: (each) => each.subset || NONE },
            { key: "right", header: "Right answers", numeric: true, cell: (each) => rightOf(each) },
            {
              key: "wrong",
              header: "Wrong answers",
              numeric: true,
              cell: (each) => each.candidates.length - rightOf(each),
            },
          ]}
        />
      </PagedRows>
      <SidePanel
        open={item !== undefined}
        onClose={() => setOpened(null)}
        title={item ? `Item ${item.item}` : ""}
      >
        {item && <ItemTexts item={item} />}
      </SidePanel>
    </Section>
  );
}

const rightOf = ({ candidates }: EvaluationItem) =>
  candidates.filter((each) => each.role === "correct").length;
