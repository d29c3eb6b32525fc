import { useNavigate } from "@tanstack/react-router";
import { useAction, useListKeys } from "@/actions";
import { ActionButton, EmptyState, Field, LinkButton, Page, PagedRows, Select } from "@/components/ui";
import type { Judge } from "@/lib/api/types";
import { usePaged } from "@/lib/api/use-paged";
import { paths } from "@/lib/paths";
import { useCan, useProject } from "@/lib/session";
import { useSearchState } from "@/lib/use-search-state";
import { JudgeCard } from "./judge-card";

export function JudgeListPage() {
  const project = useProject();
  const navigate = useNavigate();
  const canManage = useCan("judge.manage");
  const [search, setSearch] = useSearchState();
  const archived = search.show === "archived";
  const list = usePaged<Judge>(["judges", project.id], `/api/projects/${project.id}/judges/`, { archived });
  const make = useAction({
    id: "judges.new",
    label: "New judge",
    keys: ["n"],
    group: "Judges",
    icon: "plus",
    when: () => canManage,
    run: () => void navigate({ to: paths.newJudge(project.id) }),
  });
  const { active, rowProps } = useListKeys({
    id: "judges",
    group: "Judges",
    count: list.rows.length,
    onOpen: (index) => {
      const judge = list.rows[index];
      if (judge) void navigate({ to: paths.judge(project.id, judge.id) });
    },
  });
  const isNew = list.isEmpty && !archived;
  const button = canManage && <ActionButton action={make} variant="primary" />;
  return (
    <Page
      title="Judges"
      trail={[{ label: project.name, to: paths.project(project.id) }]}
      actions={!isNew && button}
    >
      {(!isNew || archived) && (
        <div className="mb-4 flex flex-wrap items-start gap-x-6 gap-y-3">
          <p className="max-w-[80ch] min-w-60 flex-1 text-muted">
            AI annotators. Each may label only what it has been measured for against people’s labels; until
            then it drafts, and people decide.
          </p>
          <Field label="Show" hideLabel className="ms-auto w-44">
            <Select
              value={archived ? "archived" : ""}
              onChange={(event) => setSearch({ show: event.target.value || undefined })}
              options={[
                { value: "", label: "Judges in use" },
                { value: "archived", label: "Archived" },
              ]}
            />
          </Field>
        </div>
      )}
      <PagedRows
        list={list}
        empty={
          isNew ? (
            <EmptyState
              title="No judge yet"
              action={
                <>
                  {button}
                  <LinkButton to={paths.principles(project.id)}>Principles it can go by</LinkButton>
                  <LinkButton variant="ghost" to={paths.judges(project.id)} search={{ show: "archived" }}>
                    Show archived
                  </LinkButton>
                </>
              }
            >
              A judge is a model with a way of asking it: it labels pairs, writes critiques and rationales,
              and marks errors. Before it may label, it is checked against what people said
              {canManage ? "; the model that comes with the application is there to try it." : "."}
            </EmptyState>
          ) : (
            <p className="text-muted">No judge is archived.</p>
          )
        }
      >
        <ul className="grid gap-4 md:grid-cols-2 xl:grid-cols-3">
          {list.rows.map((judge, index) => (
            <JudgeCard key={judge.id} judge={judge} active={active === index} rowProps={rowProps(index)} />
          ))}
        </ul>
      </PagedRows>
    </Page>
  );
}
