import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useAction, useListKeys } from "@/actions";
import { Markdown } from "@/components/markdown";
import {
  ActionButton,
  Badge,
  Button,
  DataTable,
  EmptyState,
  Field,
  Link,
  Page,
  PagedRows,
  RelativeTime,
  Select,
} from "@/components/ui";
import type { Principle } from "@/lib/api/types";
import { usePaged } from "@/lib/api/use-paged";
import { formatCount } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useCan, useProject } from "@/lib/session";
import { useSearchState } from "@/lib/use-search-state";
import type { PrincipleBody } from "./api";
import { conditionWords } from "./conditions";
import { EXAMPLE, KINDS } from "./kinds";
import { PrincipleDialog } from "./principle-dialog";

const FILTERS = [
  { value: "", label: "Principles and guidelines" },
  { value: "principle", label: "Principles" },
  { value: "guideline", label: "Guidelines" },
  { value: "archived", label: "Archived" },
];

export function PrincipleListPage() {
  const project = useProject();
  const navigate = useNavigate();
  const canManage = useCan("principle.manage");
  const [search, setSearch] = useSearchState();
  const [writing, setWriting] = useState<{ start?: PrincipleBody } | null>(null);
  const filter = search.show === "archived" ? { archived: true } : { archived: false, kind: search.show };
  const list = usePaged<Principle>(
    ["principles", project.id],
    `/api/projects/${project.id}/principles/`,
    filter,
  );
  const open = (principle: Principle) => void navigate({ to: paths.principle(project.id, principle.id) });
  const write = useAction({
    id: "principles.new",
    label: "New principle",
    keys: ["n"],
    group: "Principles",
    icon: "plus",
    when: () => canManage,
    run: () => setWriting({}),
  });
  const { active, rowProps } = useListKeys({
    id: "principles",
    group: "Principles",
    count: list.rows.length,
    onOpen: (index) => list.rows[index] && open(list.rows[index]),
  });
  const isNew = list.isEmpty && search.show === undefined;
  const button = canManage && <ActionButton action={write} variant="primary" />;
  return (
    <Page
      title="Principles"
      trail={[{ label: project.name, to: paths.project(project.id) }]}
      actions={!isNew && button}
    >
      {!isNew && (
        <Field label="Show" hideLabel className="mb-4 max-w-[240px]">
          <Select
            value={search.show ?? ""}
            onChange={(event) => setSearch({ show: event.target.value || undefined })}
            options={FILTERS}
          />
        </Field>
      )}
      <PagedRows
        list={list}
        empty={
          isNew ? (
            <Empty
              canManage={canManage}
              action={button}
              onExample={() => setWriting({ start: EXAMPLE })}
              archived={() => setSearch({ show: "archived" })}
            />
          ) : (
            <p className="text-muted">None of these in the library.</p>
          )
        }
      >
        <DataTable
          caption="Principles and guidelines"
          rows={list.rows}
          rowKey={(principle) => principle.id}
          onRowClick={open}
          active={active}
          rowProps={rowProps}
          columns={[
            {
              key: "title",
              header: "Title",
              cell: (principle) => (
                <Link to={paths.principle(project.id, principle.id)} className="font-medium text-fg">
                  <bdi>{principle.title}</bdi> <span className="num text-muted">v{principle.version}</span>
                </Link>
              ),
            },
            { key: "kind", header: "Kind", cell: (principle) => KINDS[principle.kind] },
            { key: "rows", header: "Rows", cell: (principle) => <Rows principle={principle} /> },
            {
              key: "campaigns",
              header: "Campaigns",
              numeric: true,
              cell: (principle) => formatCount(principle.campaign_count),
            },
            {
              key: "changed",
              header: "Changed",
              cell: (principle) => (
                <>
                  <RelativeTime at={principle.changed_at} /> by {principle.changed_by.name}
                </>
              ),
            },
          ]}
        />
      </PagedRows>
      {writing && <PrincipleDialog start={writing.start} onClose={() => setWriting(null)} onSaved={open} />}
    </Page>
  );
}

function Rows({ principle }: { principle: Principle }) {
  const words = conditionWords(principle.applies_to);
  return words.length === 0 ? <span className="text-muted">every row</span> : <bdi>{words.join(" · ")}</bdi>;
}

function Empty({
  canManage,
  action,
  onExample,
  archived,
}: {
  canManage: boolean;
  action: React.ReactNode;
  onExample: () => void;
  archived: () => void;
}) {
  return (
    <EmptyState
      title="No principle yet"
      action={
        <>
          {action}
          {canManage && <Button onClick={onExample}>Begin with the example</Button>}
          <Button variant="ghost" onClick={archived}>
            Show archived
          </Button>
        </>
      }
    >
      <p>
        A principle is one rule by which responses are judged. Judges are asked with those they were given,
        annotators read their campaign’s beside the item, and every verdict names the versions behind it. So a
        changed principle is judged again only on the rows it is about.
      </p>
      <figure className="mt-5 border-s-2 border-line ps-4">
        <figcaption className="mb-1 flex flex-wrap items-center gap-2 font-medium text-fg">
          {EXAMPLE.title} <Badge>Example</Badge>
        </figcaption>
        <Markdown text={EXAMPLE.text} compact />
        <p className="mt-1 text-sm">For rows whose {conditionWords(EXAMPLE.applies_to).join(" and ")}.</p>
      </figure>
    </EmptyState>
  );
}
