import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useAction } from "@/actions";
import { isActive, JobStrip } from "@/components/job-strip";
import {
  ActionButton,
  EmptyState,
  ErrorState,
  LoadMore,
  RelativeTime,
  Section,
  Skeleton,
  StateBadge,
  Table,
  Td,
  Th,
} from "@/components/ui";
import { usePaged } from "@/lib/api/use-paged";
import { cx } from "@/lib/cx";
import { countOf, formatCount, NONE } from "@/lib/format";
import { useCan } from "@/lib/session";
import { useSearchState } from "@/lib/use-search-state";
import { type JudgeDetail, type JudgeProtocol, type JudgeTrust, touchedKeys } from "./api";
import { CheckDialog } from "./check-dialog";
import { sourceWords } from "./checks";
import { TrustResultsView } from "./trust-results";
import { percentWords } from "./words";

const POLL_MS = 2500;

/** How far a judge may be believed: the newest check, what it found, and the checks before it. */
export function TrustTab({ judge, protocol }: { judge: JudgeDetail; protocol: JudgeProtocol | undefined }) {
  const client = useQueryClient();
  const canRun = useCan("signal.run");
  const [search, setSearch] = useSearchState();
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const list = usePaged<JudgeTrust>(
    ["judge-trusts", judge.id],
    `/api/judges/${judge.id}/trust/`,
    {},
    { refetchInterval: busy ? POLL_MS : false },
  );
  const comparable = protocol?.comparable ?? judge.gives === "votes";
  const check = useAction({
    id: "judge.check",
    label: "Check against people’s labels",
    keys: ["c"],
    group: "Judge",
    icon: "check",
    when: () => canRun && comparable && !judge.archived && judge.problem === "",
    run: () => setAsking(true),
  });
  const button = canRun && comparable && <ActionButton action={check} variant="primary" />;
  const refresh = () => {
    for (const queryKey of touchedKeys(judge)) void client.invalidateQueries({ queryKey });
  };
  const running = list.rows.filter((each) => each.job && isActive(each.job.state));
  if (running.length > 0 !== busy) setBusy(running.length > 0);
  const ready = list.rows.filter((each) => each.state === "ready" && each.results !== null);
  const shown =
    list.rows.find((each) => String(each.id) === search.check) ??
    ready.find((each) => each.id === judge.standing.trust) ??
    ready[0];
  return (
    <>
      {list.error && <ErrorState error={list.error} onRetry={list.refetch} />}
      {list.isPending && <Skeleton />}
      {running.map((each) => each.job && <JobStrip key={each.id} jobId={each.job.id} onEnd={refresh} />)}
      {!list.isPending && !list.error && list.rows.length === 0 && (
        <Unmeasured judge={judge} comparable={comparable} button={button} />
      )}
      {shown?.results && (
        <>
          <div className="mb-4 flex flex-wrap items-center gap-x-4 gap-y-2">
            <p className="min-w-60 flex-1 text-sm text-muted">
              <CheckWords check={shown} />
            </p>
            {button}
          </div>
          <TrustResultsView check={shown} results={shown.results} standing={judge.standing} />
        </>
      )}
      {list.rows.length > 0 && (
        <div className="mt-8">
          <Section title="Checks of this version" actions={!shown?.results && button}>
            <Checks
              checks={list.rows}
              shown={shown?.id}
              onShow={(id) => {
                setSearch({ check: String(id) });
                window.scrollTo({ top: 0 });
              }}
            />
            <LoadMore list={list} />
          </Section>
        </div>
      )}
      {asking && <CheckDialog judge={judge} onClose={() => setAsking(false)} onStarted={refresh} />}
    </>
  );
}

function Unmeasured({
  judge,
  comparable,
  button,
}: {
  judge: JudgeDetail;
  comparable: boolean;
  button: ReactNode;
}) {
  if (!comparable) {
    return (
      <EmptyState title="Nothing to measure it against">
        {judge.standing.rule} Labels of pairs say nothing about drafts: people confirm or correct each one,
        and that is its measure.
      </EmptyState>
    );
  }
  return (
    <EmptyState title="Not measured yet" action={button}>
      A check lets it judge pairs that people have labelled, in both orders, and says how often it is right,
      what moves it besides quality, and whether it may label. From 200 pairs on it can earn that.
    </EmptyState>
  );
}

function CheckWords({ check }: { check: JudgeTrust }) {
  const { dataset_version: version } = check;
  return (
    <>
      Measured on {version.dataset_name} v{version.number} against {sourceWords(check.gold)}, started by{" "}
      {check.created_by.name} <RelativeTime at={check.created_at} />
    </>
  );
}

function Checks({
  checks,
  shown,
  onShow,
}: {
  checks: JudgeTrust[];
  shown: number | undefined;
  onShow: (id: number) => void;
}) {
  return (
    <Table caption="Checks of this version">
      <thead>
        <tr>
          <Th>Data</Th>
          <Th>State</Th>
          <Th>Truth</Th>
          <Th numeric>Pairs</Th>
          <Th numeric>Accuracy</Th>
          <Th numeric>Probes</Th>
          <Th>May label</Th>
          <Th>Started</Th>
        </tr>
      </thead>
      <tbody>
        {checks.map((check) => (
          <tr
            key={check.id}
            className={cx(check.id === shown && "bg-subtle")}
            aria-current={check.id === shown || undefined}
          >
            <Td>
              {check.results && check.id !== shown ? (
                <button
                  type="button"
                  className="text-accent-text underline-offset-2 hover:underline"
                  onClick={() => onShow(check.id)}
                >
                  {dataOf(check)}
                </button>
              ) : (
                <>
                  {dataOf(check)}
                  {check.id === shown && <span className="ms-2 text-sm text-muted">shown above</span>}
                </>
              )}
              {check.state === "failed" && check.job?.message && (
                <span className="block max-w-[60ch] text-sm text-danger">{check.job.message}</span>
              )}
            </Td>
            <Td>
              <StateBadge state={check.job && isActive(check.job.state) ? check.job.state : check.state} />
            </Td>
            <Td>{sourceWords(check.gold)}</Td>
            <Td numeric>{formatCount(check.results?.n ?? null)}</Td>
            <Td numeric>{check.results ? percentWords(check.results.accuracy) : NONE}</Td>
            <Td numeric>{check.probes.length}</Td>
            <Td>{check.results ? (check.may_label ? "Yes" : "No") : NONE}</Td>
            <Td>
              <RelativeTime at={check.created_at} />
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

const dataOf = (check: JudgeTrust) =>
  `${check.dataset_version.dataset_name} v${check.dataset_version.number}, up to ${countOf(check.sample, "pair")}`;
