import { useState } from "react";
import { Badge, Field, Link, PagedRows, RelativeTime, Section, Select } from "@/components/ui";
import { usePaged } from "@/lib/api/use-paged";
import { failureWords } from "@/lib/failure-words";
import { countOf, formatPercent } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";
import type { JudgeAnswer, JudgeRun } from "./api";
import { readOut } from "./runs";

const POLL_MS = 2000;
const SHOWN = 12;

/** What the model answered, the newest first; those that failed with what came back and why. */
export function Answers({ run, active }: { run: JudgeRun; active: boolean }) {
  const [state, setState] = useState<"" | "failed">("");
  const list = usePaged<JudgeAnswer>(
    ["judge-answers", run.id],
    `/api/judge-runs/${run.id}/answers/`,
    { state: state || undefined, limit: SHOWN },
    { refetchInterval: active ? POLL_MS : false },
  );
  return (
    <Section
      title={active ? "Newest answers, as they come" : "Newest answers"}
      actions={
        <Field label="Which answers" hideLabel className="w-40">
          <Select
            value={state}
            onChange={(event) => setState(event.target.value === "failed" ? "failed" : "")}
            options={[
              { value: "", label: "All answers" },
              { value: "failed", label: "Failed only" },
            ]}
          />
        </Field>
      }
    >
      <PagedRows list={list} empty={<p className="text-muted">{nothingWords(state, active)}</p>}>
        <ul className="border-t border-line">
          {list.rows.map((answer) => (
            <AnswerLine key={answer.id} answer={answer} run={run} />
          ))}
        </ul>
      </PagedRows>
    </Section>
  );
}

function nothingWords(state: string, active: boolean): string {
  if (state === "failed") return "No answer has failed.";
  return active
    ? "The first answers come once the model is loaded."
    : "Nothing new was asked: everything had been answered before.";
}

function AnswerLine({ answer, run }: { answer: JudgeAnswer; run: JudgeRun }) {
  const project = useProject();
  const failed = answer.state === "failed";
  const read = readOut(answer.log_probs);
  return (
    <li className="border-b border-line py-2.5">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-muted">
        {failed && (
          <Badge tone="danger" icon="warning">
            {failureWords(answer.reason)}
          </Badge>
        )}
        {answer.record_id && (
          <Link
            to={paths.datasetTab(project.id, run.dataset_version.dataset, "rows")}
            search={{ version: String(run.dataset_version.number), row: answer.record_id }}
          >
            Row {answer.record_id.slice(0, 8)}
          </Link>
        )}
        <RelativeTime at={answer.created_at} />
        <span className="num">
          {countOf(answer.prompt_tokens, "token")} read
          {answer.completion_tokens > 0 && `, ${countOf(answer.completion_tokens, "token")} written`}
        </span>
      </p>
      {read.length > 0 && (
        <ul aria-label="Probabilities" className="mt-1 flex max-w-md flex-col gap-0.5">
          {read.map(({ option, share }) => (
            <li key={option} className="flex items-center gap-3 text-sm">
              <code className="w-16 truncate font-mono">{option}</code>
              <span aria-hidden="true" className="h-1 flex-1 rounded-full bg-sunken">
                <span
                  className="block h-1 rounded-full bg-(--chart-2)"
                  style={{ width: `${share * 100}%` }}
                />
              </span>
              <span className="num w-14 text-right">{formatPercent(share, 1)}</span>
            </li>
          ))}
        </ul>
      )}
      {answer.text && <Text text={answer.text} />}
      {failed && !answer.text && <p className="mt-1 text-sm text-muted">Nothing came back.</p>}
    </li>
  );
}

/** So much is read at a glance. */
const SHORT = 600;

function Text({ text }: { text: string }) {
  const [whole, setWhole] = useState(false);
  const long = text.length > SHORT;
  return (
    <>
      <p
        dir="auto"
        className="mt-1 max-w-[110ch] font-mono text-sm whitespace-pre-wrap [overflow-wrap:anywhere]"
      >
        {long && !whole ? `${text.slice(0, SHORT)}…` : text}
      </p>
      {long && (
        <button
          type="button"
          className="text-sm text-accent-text underline-offset-2 hover:underline"
          onClick={() => setWhole(!whole)}
        >
          {whole ? "Show less" : `Show all ${text.length.toLocaleString("en-US")} characters`}
        </button>
      )}
    </>
  );
}
