import { useQuery } from "@tanstack/react-query";
import { Async, EmptyState, Field, Link, LinkButton, Section, Select, Table, Td, Th } from "@/components/ui";
import type { Snapshot } from "@/lib/api/types";
import { formatCount } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";
import { useSearchState } from "@/lib/use-search-state";
import { diffQuery, snapshotsQuery } from "./api";
import { ChangeList } from "./change-list";
import { ChoiceBar } from "./choice-bar";
import {
  CHANGES,
  chosenAgainst,
  chosenChange,
  comparable,
  countRows,
  isSame,
  signedCount,
} from "./difference";
import { ShiftChart, ShiftLegend } from "./shift-chart";

/** What changed from another snapshot of the project to this one. */
export function DifferenceTab({ snapshot }: { snapshot: Snapshot }) {
  const project = useProject();
  const [search, setSearch] = useSearchState();
  const query = useQuery(snapshotsQuery(project.id));
  return (
    <Async query={query}>
      {(page) => {
        const others = comparable(snapshot, page.results);
        const against = chosenAgainst(snapshot, others, search.against);
        if (!against)
          return (
            <EmptyState
              title="Nothing to compare with yet"
              action={
                <LinkButton to={paths.recipe(project.id, snapshot.recipe)} variant="primary">
                  Open the recipe
                </LinkButton>
              }
            >
              This is the only snapshot of the project. Change a step of its recipe or fold in new votes,
              freeze again, and see here which pairs came, went or changed sides.
            </EmptyState>
          );
        return (
          <>
            <div className="mb-4 flex flex-wrap items-end gap-4">
              <Field label="Compared with" required className="w-80 max-w-full">
                <Select
                  value={String(against.id)}
                  onChange={(event) =>
                    setSearch({ against: event.target.value, change: undefined, pair: undefined })
                  }
                  options={others.map((each) => ({
                    value: String(each.id),
                    label: `${each.name} · ${formatCount(each.counts.kept)} pairs`,
                  }))}
                />
              </Field>
              <p className="pb-1.5">
                <Link to={paths.snapshot(project.id, against.id)}>Open it</Link>
              </p>
            </div>
            <Difference key={against.id} before={against} now={snapshot} />
          </>
        );
      }}
    </Async>
  );
}

function Difference({ before, now }: { before: Snapshot; now: Snapshot }) {
  const [search, setSearch] = useSearchState();
  const query = useQuery(diffQuery(now.id, before.id));
  return (
    <Async query={query} skeletonLines={8}>
      {(diff) => {
        const change = chosenChange(diff, search.change);
        const shown = CHANGES.find((each) => each.value === change) ?? CHANGES[0];
        return (
          <>
            <Section title="Pairs that changed">
              {isSame(diff) ? (
                <p className="text-muted">
                  Both hold the same pairs with the same labels, weights and splits
                  {before.content_hash === now.content_hash && ", and the same hash"}.
                </p>
              ) : (
                <>
                  <ChoiceBar
                    label="Kind of change"
                    value={change}
                    choices={CHANGES.map((each) => ({ ...each, count: diff[each.value].count }))}
                    onChange={(value) => setSearch({ change: value, pair: undefined })}
                  />
                  <p className="mb-2 text-sm text-muted">
                    {shown.label}: {shown.what}.
                  </p>
                  {diff[change].count === 0 ? (
                    <p className="border-y border-line py-4 text-muted">No pair changed in this way.</p>
                  ) : (
                    <ChangeList key={change} change={change} found={diff[change]} before={before} now={now} />
                  )}
                </>
              )}
            </Section>
            <Section title="How the distributions moved">
              <div className="grid gap-x-10 gap-y-6 md:grid-cols-2">
                {diff.shift.map((shift) => (
                  <ShiftChart key={shift.name} shift={shift} />
                ))}
              </div>
              <div className="pt-3">
                <ShiftLegend />
              </div>
            </Section>
            <Section title="Counts">
              <Counts before={before} now={now} />
            </Section>
          </>
        );
      }}
    </Async>
  );
}

function Counts({ before, now }: { before: Snapshot; now: Snapshot }) {
  return (
    <Table caption="Counts before and now" className="max-w-[560px]">
      <thead>
        <tr>
          <Th>Pairs</Th>
          <Th numeric>Before</Th>
          <Th numeric>Now</Th>
          <Th numeric>Difference</Th>
        </tr>
      </thead>
      <tbody>
        {countRows(before, now).map((row) => (
          <tr key={row.label}>
            <Td>{row.label}</Td>
            <Td numeric>{formatCount(row.before)}</Td>
            <Td numeric>{formatCount(row.now)}</Td>
            <Td numeric>{signedCount(row.now - row.before)}</Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
