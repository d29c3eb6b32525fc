import { useQuery } from "@tanstack/react-query";
import { Link, Section, Table, Td, Th } from "@/components/ui";
import type { Signal } from "@/lib/api/types";
import { formatCount, formatPercent } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";
import { useNumberParam } from "@/lib/use-params";
import { useSearchState } from "@/lib/use-search-state";
import { shortId } from "../labels";
import { rowQuery } from "../queries";
import { type Proof as Found, groupsOf, type Likeness, likenessesOf, proofsOf } from "./provenance";
import { versionQuery } from "./queries";

/** What shows that a signal is right: the words shared with a test set, the rows that belong together. */
export function Proof({ signal }: { signal: Signal }) {
  const proofs = proofsOf(signal);
  const likenesses = likenessesOf(signal);
  const groups = groupsOf(signal);
  return (
    <>
      {likenesses.length > 0 && <Likenesses signal={signal} likenesses={likenesses} />}
      {proofs.length > 0 && <TestItems signal={signal} proofs={proofs} />}
      {groups.length > 0 && <Groups signal={signal} groups={groups} />}
    </>
  );
}

/** The dataset and version of the test set that a signal looked for. */
function useTestSet(signal: Signal) {
  const tests = useQuery({
    ...versionQuery(Number(signal.params.dataset_version)),
    enabled: typeof signal.params.dataset_version === "number",
  });
  return tests.data ? { dataset: tests.data.dataset, number: tests.data.number } : null;
}

type TestSet = ReturnType<typeof useTestSet>;

function TestItemLink({ tests, item }: { tests: TestSet; item: string }) {
  const project = useProject();
  if (!tests) return <>test item {shortId(item)}</>;
  return (
    <Link
      to={paths.datasetTab(project.id, tests.dataset, "rows")}
      search={{ version: String(tests.number), row: item }}
    >
      test item {shortId(item)}
    </Link>
  );
}

const LIKENESSES_SHOWN = 50;

function Likenesses({ signal, likenesses }: { signal: Signal; likenesses: Likeness[] }) {
  const tests = useTestSet(signal);
  const shown = likenesses.slice(0, LIKENESSES_SHOWN);
  const ofTestSet = shown[0]?.ofTestSet === true;
  return (
    <Section title={ofTestSet ? "Proof: nearest test items" : "Proof: the doubles nearest to the limit"}>
      <ul>
        {shown.map((each) => (
          <li key={`${each.row}:${each.other}`} className="border-t border-line py-2">
            <div className="grid gap-x-4 gap-y-1 sm:grid-cols-2">
              <p className="line-clamp-3 break-words">{each.prompt}</p>
              {each.otherPrompt === each.prompt ? (
                <p className="text-muted">The same words.</p>
              ) : (
                <p className="line-clamp-3 break-words">{each.otherPrompt}</p>
              )}
            </div>
            <p className="num mt-1 flex flex-wrap gap-x-3 text-sm text-muted">
              <RowLink record={each.row} label="Row" />
              {each.ofTestSet ? (
                <TestItemLink tests={tests} item={each.other} />
              ) : (
                <RowLink record={each.other} label="Row" />
              )}
              <span>cosine {each.cosine.toFixed(3)}</span>
            </p>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function TestItems({ signal, proofs }: { signal: Signal; proofs: Found[] }) {
  const tests = useTestSet(signal);
  const all = Number(signal.provenance.proofs_found ?? proofs.length);
  return (
    <Section title="Proof: words shared with the test set">
      {all > proofs.length && (
        <p className="mb-2 text-sm text-muted">
          The first {formatCount(proofs.length)} of {formatCount(all)}; every row’s own proof is in its
          column.
        </p>
      )}
      <ul>
        {proofs.map((proof) => (
          <li key={`${proof.row}:${proof.item}:${proof.part}`} className="border-t border-line py-2">
            <blockquote className="reading text-base break-words">“{proof.ngram}”</blockquote>
            <p className="num mt-1 flex flex-wrap gap-x-3 text-sm text-muted">
              <RowLink record={proof.row} label="Row" />
              <span>
                {sentencePart(proof.part)} of <TestItemLink tests={tests} item={proof.item} />
              </span>
              <span>{formatPercent(proof.coverage)} of the item’s words</span>
              <span>{ruleOf(proof.n)}</span>
            </p>
          </li>
        ))}
      </ul>
    </Section>
  );
}

const sentencePart = (part: string) => (part === "answer" ? "Answer" : "Prompt");

/** 13 words in a row prove it; 8 where they cover half of the item; a short item is found whole. */
function ruleOf(words: number): string {
  if (words === 13) return "13 words in a row";
  if (words === 8) return "more than half in runs of 8 words";
  return "the whole item";
}

/** The row in the reader, in the version that is shown. */
function RowLink({ record, label }: { record: string; label: string }) {
  const project = useProject();
  const dataset = useNumberParam("datasetId");
  const [search] = useSearchState();
  return (
    <Link
      to={paths.datasetTab(project.id, dataset, "rows")}
      search={{ version: search.version, row: record }}
    >
      {label} {shortId(record)}
    </Link>
  );
}

function Groups({ signal, groups }: { signal: Signal; groups: { record: string; count: number }[] }) {
  return (
    <Section title="Largest groups">
      <Table caption="Largest groups">
        <thead>
          <tr>
            <Th>A prompt of the group</Th>
            <Th>Row</Th>
            <Th numeric>Rows in it</Th>
          </tr>
        </thead>
        <tbody>
          {groups.map(({ record, count }) => (
            <tr key={record}>
              <Td className="max-w-0 w-full truncate">
                <PromptOf version={signal.dataset_version} record={record} />
              </Td>
              <Td className="whitespace-nowrap">
                <RowLink record={record} label="" />
              </Td>
              <Td numeric>{formatCount(count)}</Td>
            </tr>
          ))}
        </tbody>
      </Table>
    </Section>
  );
}

function PromptOf({ version, record }: { version: number; record: string }) {
  const row = useQuery({ ...rowQuery(version, record), staleTime: Number.POSITIVE_INFINITY });
  return <>{row.data?.prompt.at(-1)?.content ?? "…"}</>;
}
