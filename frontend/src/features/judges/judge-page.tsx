import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useAction } from "@/actions";
import { ActionButton, Async, Badge, Button, Icon, Page, Tabs, toast } from "@/components/ui";
import { paths } from "@/lib/paths";
import { useCan, useProject } from "@/lib/session";
import { useNumberParam } from "@/lib/use-params";
import { useSearchState } from "@/lib/use-search-state";
import { archiveJudge, type JudgeDetail, judgeModelsQuery, judgeQuery, protocolsQuery } from "./api";
import { DefinitionTab } from "./definition-tab";
import { StandingBadge } from "./judge-card";
import { RunsTab } from "./runs-tab";
import { TrustTab } from "./trust-tab";
import { GIVES, modelWords } from "./words";

export function JudgePage() {
  const id = useNumberParam("judgeId");
  const query = useQuery(judgeQuery(id));
  return <Async query={query}>{(judge) => <JudgeView key={judge.id} judge={judge} />}</Async>;
}

function JudgeView({ judge }: { judge: JudgeDetail }) {
  const project = useProject();
  const navigate = useNavigate();
  const canManage = useCan("judge.manage");
  const [search, setSearch] = useSearchState();
  const models = useQuery(judgeModelsQuery(project.id));
  const protocols = useQuery(protocolsQuery);
  const protocol = protocols.data?.find((each) => each.name === judge.protocol);
  const newest = judge.versions[0];
  const isNewest = !newest || newest.id === judge.id;
  const change = useAction({
    id: "judge.change",
    label: "New version",
    keys: ["e"],
    group: "Judge",
    icon: "edit",
    when: () => canManage && !judge.archived,
    run: () => void navigate({ to: paths.changeJudge(project.id, judge.id) }),
  });
  return (
    <Page
      title={`${judge.name} v${judge.version}`}
      trail={[
        { label: project.name, to: paths.project(project.id) },
        { label: "Judges", to: paths.judges(project.id) },
      ]}
      aside={
        <>
          <StandingBadge judge={judge} />
          {judge.archived && <Badge tone="warn">Archived</Badge>}
        </>
      }
      actions={
        canManage && (
          <>
            <ArchiveButton judge={judge} />
            {!judge.archived && <ActionButton action={change} />}
          </>
        )
      }
    >
      <p className="text-muted">
        {protocol?.title ?? judge.protocol} · <bdi>{modelWords(judge, models.data)}</bdi> ·{" "}
        {GIVES[judge.gives]}
        {judge.description && (
          <>
            {" · "}
            <bdi>{judge.description}</bdi>
          </>
        )}
      </p>
      {judge.problem && (
        <p role="alert" className="mt-2 flex items-start gap-1.5 text-danger">
          <Icon name="warning" className="mt-0.5 shrink-0" />
          {judge.problem}
        </p>
      )}
      {!isNewest && (
        <p className="mt-2 flex flex-wrap items-center gap-2 text-muted">
          There is a version {newest.version}.
          <Button size="sm" onClick={() => void navigate({ to: paths.judge(project.id, newest.id) })}>
            Open version {newest.version}
          </Button>
        </p>
      )}
      <div className="mt-4">
        <Tabs
          label="About this judge"
          value={search.tab ?? "trust"}
          onChange={(tab) => setSearch({ tab: tab === "trust" ? undefined : tab })}
          items={[
            { value: "trust", label: "Trust", content: <TrustTab judge={judge} protocol={protocol} /> },
            { value: "runs", label: "Runs", content: <RunsTab judge={judge} protocol={protocol} /> },
            {
              value: "definition",
              label: "Definition",
              content: <DefinitionTab judge={judge} protocol={protocol} />,
            },
          ]}
        />
      </div>
    </Page>
  );
}

function ArchiveButton({ judge }: { judge: JudgeDetail }) {
  const client = useQueryClient();
  const archive = useMutation({
    mutationFn: () => archiveJudge(judge.id, !judge.archived),
    onSuccess: (changed) => {
      client.setQueryData(judgeQuery(changed.id).queryKey, changed);
      void client.invalidateQueries({ queryKey: ["judges", judge.project] });
      toast.ok(
        judge.archived
          ? "Back among the judges."
          : "Archived with all its versions. What it said stays; it cannot be asked any more.",
      );
    },
    onError: toast.error,
  });
  return (
    <Button busy={archive.isPending} onClick={() => archive.mutate()}>
      {judge.archived ? "Bring back" : "Archive"}
    </Button>
  );
}
