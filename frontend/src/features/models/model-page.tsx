import { useQuery } from "@tanstack/react-query";
import { useAction } from "@/actions";
import {
  ActionButton,
  Async,
  DataTable,
  Figures,
  Link,
  LinkButton,
  Page,
  RelativeTime,
  Section,
  Tabs,
} from "@/components/ui";
import { formatBytes } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useCan, useProject } from "@/lib/session";
import { useNumberParam } from "@/lib/use-params";
import { useSearchState } from "@/lib/use-search-state";
import { type ModelDetail, modelQuery } from "./api";
import { CardTab } from "./card-tab";
import { EvaluateDialog } from "./evaluate-dialog";
import { EvaluationsTab } from "./evaluations-tab";
import { MODEL_KINDS } from "./model-list-page";
import { StageMenu } from "./stage-menu";
import { trainingFigures } from "./training-figures";
import { UsesTab } from "./uses-tab";

export function ModelPage() {
  const query = useQuery(modelQuery(useNumberParam("modelId")));
  return <Async query={query}>{(model) => <ModelView model={model} />}</Async>;
}

function ModelView({ model }: { model: ModelDetail }) {
  const project = useProject();
  const canEvaluate = useCan("signal.run");
  const [search, setSearch] = useSearchState();
  const evaluate = useAction({
    id: "models.evaluate",
    label: "Evaluate",
    keys: ["e"],
    group: "Model",
    icon: "play",
    when: () => canEvaluate,
    run: () => setSearch({ evaluate: "yes" }),
  });
  return (
    <Page
      title={`${model.name} v${model.version}`}
      trail={[
        { label: project.name, to: paths.project(project.id) },
        { label: "Models", to: paths.models(project.id) },
      ]}
      aside={<StageMenu model={model} />}
      actions={
        <>
          <LinkButton to={paths.datasets(project.id)}>
            {model.kind === "reward" ? "Score a dataset" : "Write responses"}
          </LinkButton>
          {model.kind === "policy" && (
            <LinkButton to={paths.newJudge(project.id)}>Make a judge of it</LinkButton>
          )}
          {canEvaluate && <ActionButton action={evaluate} variant="primary" />}
        </>
      }
    >
      <Origin model={model} />
      <Tabs
        label="Model"
        value={search.tab ?? "evaluations"}
        onChange={(tab) => setSearch({ tab })}
        items={[
          { value: "evaluations", label: "Evaluations", content: <EvaluationsTab model={model} /> },
          { value: "training", label: "Training and files", content: <Training model={model} /> },
          { value: "card", label: "Card", content: <CardTab model={model} /> },
          { value: "uses", label: "Used by", content: <UsesTab model={model} /> },
        ]}
      />
      {canEvaluate && search.evaluate === "yes" && (
        <EvaluateDialog
          model={model}
          onClose={() => setSearch({ evaluate: undefined })}
          onStarted={() => setSearch({ evaluate: undefined, tab: "evaluations" })}
        />
      )}
    </Page>
  );
}

function Origin({ model }: { model: ModelDetail }) {
  const project = useProject();
  return (
    <p className="mb-4 text-muted">
      {MODEL_KINDS[model.kind]} {model.run === null ? "registered" : "trained"} from {model.base_model}
      {model.run !== null && (
        <>
          {" by "}
          <Link to={paths.run(project.id, model.run)} className="underline">
            run {model.run}
          </Link>
        </>
      )}
      , {formatBytes(model.size_bytes)}, <RelativeTime at={model.created_at} />.
    </p>
  );
}

function Training({ model }: { model: ModelDetail }) {
  const { training, test } = trainingFigures(model.metrics);
  return (
    <>
      {training.length > 0 && (
        <Section title="At the end of training">
          <Figures items={training} />
        </Section>
      )}
      {test.length > 0 && (
        <Section title="On the test split">
          <Figures items={test} />
        </Section>
      )}
      {model.files.length > 0 && (
        <Section title="Files">
          <DataTable
            caption="Files of this model"
            rows={model.files}
            rowKey={(file) => file.name}
            columns={[
              {
                key: "name",
                header: "File",
                cell: (file) => <span className="font-mono text-sm">{file.name}</span>,
              },
              { key: "size", header: "Size", numeric: true, cell: (file) => formatBytes(file.size_bytes) },
              {
                key: "sha",
                header: "SHA-256",
                cell: (file) => (
                  <code className="font-mono text-sm text-muted">{file.sha256.slice(0, 16)}</code>
                ),
              },
            ]}
          />
        </Section>
      )}
    </>
  );
}
