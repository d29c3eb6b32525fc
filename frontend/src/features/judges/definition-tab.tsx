import { useQueries, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link, NoteText, RelativeTime, Section } from "@/components/ui";
import { cx } from "@/lib/cx";
import { NONE } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";
import {
  type JudgeDetail,
  type JudgeProtocol,
  judgeModelsQuery,
  judgeQuery,
  principlesQuery,
  protocolsQuery,
} from "./api";
import { changesOf, type Fact, factsShown } from "./facts";
import { PromptSection } from "./prompt-section";

/** Everything a version is made of, the words it sends, and what differs from the versions before. */
export function DefinitionTab({
  judge,
  protocol,
}: {
  judge: JudgeDetail;
  protocol: JudgeProtocol | undefined;
}) {
  const say = useFacts();
  return (
    <>
      <Section title="What it is made of">
        <dl className="grid max-w-[110ch] grid-cols-[minmax(110px,180px)_minmax(0,1fr)] gap-x-5 gap-y-1.5">
          {say(judge).map((fact) => (
            <div key={fact.label} className="contents">
              <dt className="text-muted">{fact.label}</dt>
              <dd dir="auto" className="break-words whitespace-pre-wrap">
                {fact.value || <NoteText>{NONE}</NoteText>}
              </dd>
            </div>
          ))}
          <div className="contents">
            <dt className="text-muted">Prompt version</dt>
            <dd className="num">{protocol?.prompt_version ?? NONE}</dd>
          </div>
          <div className="contents">
            <dt className="text-muted">Made</dt>
            <dd>
              <RelativeTime at={judge.created_at} /> by {judge.created_by.name}
            </dd>
          </div>
        </dl>
      </Section>
      <PromptSection judge={judge} />
      <Section title="Versions">
        <Versions judge={judge} say={say} />
      </Section>
    </>
  );
}

type Say = (judge: JudgeDetail) => Fact[];

/** Facts with the names of what they point to. */
function useFacts(): Say {
  const project = useProject();
  const models = useQuery(judgeModelsQuery(project.id));
  const protocols = useQuery(protocolsQuery);
  const principles = useQuery(principlesQuery(project.id));
  return (judge) => factsShown(judge, protocols.data ?? [], models.data ?? [], principles.data ?? []);
}

/** The newest ones are compared; nobody reads on beyond. */
const COMPARED = 20;

function Versions({ judge, say }: { judge: JudgeDetail; say: Say }) {
  const project = useProject();
  const listed = judge.versions.slice(0, COMPARED);
  const found = useQueries({
    queries: listed.map((each) => ({ ...judgeQuery(each.id), staleTime: 300_000 })),
  });
  return (
    <ol className="border-t border-line">
      {listed.map((version, at) => {
        const isShown = version.id === judge.id;
        const [now, before] = [found[at]?.data, found[at + 1]?.data];
        return (
          <li key={version.id} className={cx("border-b border-line py-2", isShown && "bg-subtle")}>
            <p className="flex flex-wrap items-baseline gap-x-4">
              <Link
                to={paths.judge(project.id, version.id)}
                search={{ tab: "definition" }}
                className="font-medium"
              >
                Version {version.version}
              </Link>
              <span className="text-sm text-muted">
                <RelativeTime at={version.created_at} />
                {now && ` by ${now.created_by.name}`}
                {isShown && " · shown here"}
              </span>
            </p>
            <Changes
              first={at === judge.versions.length - 1}
              changes={now && before ? changesOf(say(before), say(now)) : null}
            />
          </li>
        );
      })}
    </ol>
  );
}

function Changes({ first, changes }: { first: boolean; changes: ReturnType<typeof changesOf> | null }) {
  if (first) return <p className="text-sm text-muted">The first one.</p>;
  if (!changes) return null;
  if (changes.length === 0) return <p className="text-sm text-muted">The same as the version before.</p>;
  return (
    <dl className="mt-1 grid grid-cols-[minmax(110px,180px)_minmax(0,1fr)] gap-x-5 gap-y-1 text-sm">
      {changes.map(({ label, before, after }) => (
        <div key={label} className="contents">
          <dt className="text-muted">{label}</dt>
          <dd className="break-words whitespace-pre-wrap">
            <Old>{before}</Old> → <New>{after}</New>
          </dd>
        </div>
      ))}
    </dl>
  );
}

const Old = ({ children }: { children: ReactNode }) => (
  <del className="text-muted">{children || "nothing"}</del>
);
const New = ({ children }: { children: ReactNode }) => (
  <ins className="no-underline font-medium">{children || "nothing"}</ins>
);
