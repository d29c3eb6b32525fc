import { useQuery } from "@tanstack/react-query";
import { Async, DataTable, Figures, Link, LinkButton, Page, Section } from "@/components/ui";
import { api } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import { formatBytes, formatNumber, sentence } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";
import { useNumberParam } from "@/lib/use-params";
import { MODEL_KINDS } from "./model-list-page";

type ModelDetail = components["schemas"]["ModelVersionDetail"];

export function ModelPage() {
  const id = useNumberParam("modelId");
  const query = useQuery({
    queryKey: ["model", id],
    queryFn: ({ signal }) => api.get<ModelDetail>(`/api/models/${id}/`, { signal }),
  });
  return <Async query={query}>{(model) => <ModelView model={model} />}</Async>;
}

function ModelView({ model }: { model: ModelDetail }) {
  const project = useProject();
  const metrics = Object.entries(model.metrics).filter(([, value]) => value !== null);
  return (
    <Page
      title={`${model.name} v${model.version}`}
      trail={[
        { label: project.name, to: paths.project(project.id) },
        { label: "Models", to: paths.models(project.id) },
      ]}
      actions={
        model.kind === "reward" && (
          <LinkButton to={paths.datasets(project.id)} variant="primary">
            Score a dataset with it
          </LinkButton>
        )
      }
    >
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
        , {formatBytes(model.size_bytes)}.
      </p>
      {metrics.length > 0 && (
        <Section title="Metrics at the end of training">
          <Figures
            items={metrics.map(([name, value]) => ({
              label: sentence(name),
              value: formatNumber(value),
            }))}
          />
        </Section>
      )}
      {model.files && model.files.length > 0 && (
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
    </Page>
  );
}
