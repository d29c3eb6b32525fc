import { useNavigate } from "@tanstack/react-router";
import { useAction, useListKeys } from "@/actions";
import {
  ActionButton,
  DataTable,
  EmptyState,
  Link,
  LinkButton,
  Page,
  PagedRows,
  RelativeTime,
} from "@/components/ui";
import type { ModelVersion } from "@/lib/api/types";
import { usePaged } from "@/lib/api/use-paged";
import { formatBytes, formatNumber, formatPercent, NONE } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useCan, useProject } from "@/lib/session";
import { useSearchState } from "@/lib/use-search-state";
import { ORIGINS } from "./api";
import { RegisterDialog } from "./register-dialog";
import { Registration, useRegistrations } from "./registrations";
import { StageBadge } from "./stage-menu";

export const MODEL_KINDS: Record<ModelVersion["kind"], string> = { policy: "Policy", reward: "Reward model" };

export function ModelListPage() {
  const project = useProject();
  const navigate = useNavigate();
  const canManage = useCan("model.manage");
  const [search, setSearch] = useSearchState();
  const [jobs, addJob] = useRegistrations();
  const list = usePaged<ModelVersion>(["models", project.id], `/api/projects/${project.id}/models/`);
  const open = (model: ModelVersion) => void navigate({ to: paths.model(project.id, model.id) });
  const register = useAction({
    id: "models.register",
    label: "Register model",
    keys: ["n"],
    group: "Models",
    icon: "plus",
    when: () => canManage,
    run: () => setSearch({ new: "yes" }),
  });
  const { active, rowProps } = useListKeys({
    id: "models",
    group: "Models",
    count: list.rows.length,
    onOpen: (index) => list.rows[index] && open(list.rows[index]),
  });
  const registering = canManage && <ActionButton action={register} variant="primary" />;
  return (
    <Page
      title="Models"
      trail={[{ label: project.name, to: paths.project(project.id) }]}
      actions={
        <>
          <LinkButton to={paths.evaluationSets(project.id)}>Evaluation sets</LinkButton>
          {!list.isEmpty && registering}
        </>
      }
    >
      {jobs.length > 0 && (
        <div className="mb-6 flex flex-col gap-4">
          {jobs.map((job) => (
            <Registration key={job} jobId={job} />
          ))}
        </div>
      )}
      <PagedRows
        list={list}
        empty={
          <EmptyState
            title="No model yet"
            action={
              <>
                {registering}
                <LinkButton to={paths.runs(project.id)}>Runs</LinkButton>
              </>
            }
          >
            Every run that succeeds registers its model here, with its files, metrics and the data it was
            trained on. Models from elsewhere, of the Hugging Face Hub or a folder of the server, can be
            registered too{canManage ? "" : " by an admin of the project"}. Reward models can then score
            datasets.
          </EmptyState>
        }
      >
        <DataTable
          caption="Registered models"
          rows={list.rows}
          rowKey={(model) => model.id}
          onRowClick={open}
          active={active}
          rowProps={rowProps}
          columns={[
            {
              key: "name",
              header: "Model",
              cell: (model) => (
                <Link to={paths.model(project.id, model.id)} className="font-medium text-fg">
                  {model.name} <span className="num text-muted">v{model.version}</span>
                </Link>
              ),
            },
            { key: "kind", header: "Kind", cell: (model) => MODEL_KINDS[model.kind] },
            { key: "stage", header: "Stage", cell: (model) => <StageBadge stage={model.stage} /> },
            { key: "origin", header: "Origin", cell: (model) => ORIGINS[model.origin] },
            { key: "base", header: "Base model", cell: (model) => model.base_model },
            {
              key: "run",
              header: "Run",
              cell: (model) =>
                model.run === null ? (
                  NONE
                ) : (
                  <Link to={paths.run(project.id, model.run)}>Run {model.run}</Link>
                ),
            },
            { key: "loss", header: "Loss", numeric: true, cell: (model) => formatNumber(model.metrics.loss) },
            {
              key: "accuracy",
              header: "Accuracy",
              numeric: true,
              cell: (model) => formatPercent(model.metrics.eval_accuracy ?? model.metrics.accuracy),
            },
            { key: "size", header: "Size", numeric: true, cell: (model) => formatBytes(model.size_bytes) },
            { key: "created", header: "Registered", cell: (model) => <RelativeTime at={model.created_at} /> },
          ]}
        />
      </PagedRows>
      {canManage && search.new === "yes" && (
        <RegisterDialog onClose={() => setSearch({ new: undefined })} onStarted={addJob} />
      )}
    </Page>
  );
}
