import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useAction, useListKeys } from "@/actions";
import { isActive, progressText, useJob } from "@/components/job-strip";
import {
  ActionButton,
  DataTable,
  EmptyState,
  Link,
  LinkButton,
  NoteText,
  Page,
  PagedRows,
  ProgressBar,
  RelativeTime,
  StateBadge,
} from "@/components/ui";
import type { Job } from "@/lib/api/types";
import { usePaged } from "@/lib/api/use-paged";
import { NONE } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useCan, useProject } from "@/lib/session";
import { useSearchState } from "@/lib/use-search-state";
import { type LabRun, recipesQuery } from "./api";
import { headline } from "./results";
import { StartDialog } from "./start-dialog";

export function LabListPage() {
  const project = useProject();
  const navigate = useNavigate();
  const canManage = useCan("recipe.manage");
  const [search, setSearch] = useSearchState();
  const list = usePaged<LabRun>(["lab-runs", project.id], `/api/projects/${project.id}/lab-runs/`);
  const recipes = useQuery(recipesQuery(project.id));
  const enough = (recipes.data?.results.length ?? 0) >= 2;
  const open = (run: LabRun) => void navigate({ to: paths.labRun(project.id, run.id) });
  const start = useAction({
    id: "lab.start",
    label: "Compare recipes",
    keys: ["n"],
    group: "Lab",
    icon: "play",
    when: () => canManage && enough,
    run: () => setSearch({ new: "yes" }),
  });
  const { active, rowProps } = useListKeys({
    id: "lab",
    group: "Lab",
    count: list.rows.length,
    onOpen: (index) => list.rows[index] && open(list.rows[index]),
  });
  const onStarted = (job: Job) => {
    if (job.subject) void navigate({ to: paths.labRun(project.id, job.subject.id) });
  };
  return (
    <Page
      title="Recipe lab"
      trail={[
        { label: project.name, to: paths.project(project.id) },
        { label: "Recipes", to: paths.recipes(project.id) },
      ]}
      actions={canManage && !list.isEmpty && enough && <ActionButton action={start} variant="primary" />}
    >
      <PagedRows
        list={list}
        empty={
          !recipes.isPending && (
            <NoRuns
              enough={enough}
              start={canManage && enough && <ActionButton action={start} variant="primary" />}
            />
          )
        }
      >
        <p className="mb-4 max-w-[110ch] text-muted">
          Small heads trained on what each recipe keeps, equally many pairs each, judged on pairs that none of
          them saw.
        </p>
        <DataTable
          caption="Lab runs of this project"
          rows={list.rows}
          rowKey={(run) => run.id}
          onRowClick={open}
          active={active}
          rowProps={rowProps}
          columns={[
            {
              key: "name",
              header: "Run",
              cell: (run) => (
                <>
                  <Link to={paths.labRun(project.id, run.id)} className="font-medium text-fg">
                    {run.name}
                  </Link>
                  <Recipes run={run} />
                </>
              ),
            },
            { key: "state", header: "State", cell: (run) => <State run={run} onEnd={list.refetch} /> },
            {
              key: "found",
              header: "What it found",
              cell: (run) => (run.results ? headline(run.results.arms) : <NoteText>{NONE}</NoteText>),
            },
            {
              key: "by",
              header: "Started by",
              className: "whitespace-nowrap",
              cell: (run) => run.created_by.name,
            },
            { key: "at", header: "Started", cell: (run) => <RelativeTime at={run.created_at} /> },
          ]}
        />
      </PagedRows>
      {canManage && search.new === "yes" && (
        <StartDialog
          chosen={(search.recipes ?? "").split(",").map(Number).filter(Boolean)}
          asked={search.version ? Number(search.version) : null}
          onClose={() => setSearch({ new: undefined, recipes: undefined, version: undefined })}
          onStarted={onStarted}
        />
      )}
    </Page>
  );
}

function NoRuns({ enough, start }: { enough: boolean; start: React.ReactNode }) {
  const project = useProject();
  return (
    <EmptyState
      title="No recipe has been tried yet"
      action={enough ? start : <LinkButton to={paths.recipes(project.id)}>Recipes</LinkButton>}
    >
      The lab answers whether a recipe helps or only looks clean: it trains small heads on what each recipe
      keeps, equally many pairs each, and judges them on pairs none of them saw, beside the raw labels and
      pairs drawn by lot.{" "}
      {enough ? "It takes minutes and no GPU." : "It compares two to six recipes: create two first."}
    </EmptyState>
  );
}

/** The recipes, where the name does not list them already. */
function Recipes({ run }: { run: LabRun }) {
  const names = run.recipes.map((recipe) => recipe.name).join(", ");
  return run.name.startsWith(names) ? null : <span className="block text-sm text-muted">{names}</span>;
}

function State({ run, onEnd }: { run: LabRun; onEnd: () => void }) {
  const { data: job } = useJob(run.state === "running" ? run.job : null, onEnd);
  if (!job || !isActive(job.state)) return <StateBadge state={run.state} />;
  return (
    <span className="flex min-w-48 flex-col gap-1">
      <span className="flex items-center gap-2">
        <StateBadge state={job.state} />
        <span className="num text-sm text-muted">{progressText(job)}</span>
      </span>
      <ProgressBar label={`Progress of ${run.name}`} done={job.done} total={job.total} />
    </span>
  );
}
