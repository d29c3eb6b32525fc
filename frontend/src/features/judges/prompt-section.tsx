import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAction } from "@/actions";
import { ActionButton, Async, Button, Field, Input, Section } from "@/components/ui";
import { type JudgeDetail, type RenderedCall, type Rendering, renderingQuery } from "./api";
import { type MarkedMessage, markedMessages } from "./prompt-marks";
import { type ChosenVersion, useVersionChoice, VersionFields } from "./version-fields";

/** The messages about one row as the model gets them, without a model being asked. */
export function PromptSection({ judge }: { judge: JudgeDetail }) {
  const [asked, setAsked] = useState<{ version: number; record: string } | null>(null);
  const [chosen, setChosen] = useState<ChosenVersion>({ dataset: null, version: null });
  const [record, setRecord] = useState("");
  const choice = useVersionChoice(chosen);
  const version = choice.chosen?.id;
  const show = useAction({
    id: "judge.prompt",
    label: "See the exact prompt",
    keys: ["p"],
    group: "Judge",
    icon: "reader",
    when: () => version !== undefined,
    run: () => version !== undefined && setAsked({ version, record: record.trim() }),
  });
  return (
    <Section
      title="The exact prompt"
      actions={
        asked && (
          <Button size="sm" onClick={() => setAsked(null)}>
            Hide
          </Button>
        )
      }
    >
      <p className="mb-3 max-w-[80ch] text-muted">
        What the model is sent about a row, word for word; no model is asked.
      </p>
      <div className="flex flex-wrap items-start gap-4">
        <div className="w-full max-w-[520px]">
          <VersionFields choice={choice} onChange={setChosen} />
        </div>
        <Field label="Row" hint="Its id; empty takes the first that fits." className="w-full max-w-64">
          <Input
            value={record}
            spellCheck={false}
            autoComplete="off"
            maxLength={32}
            onChange={(event) => setRecord(event.target.value)}
          />
        </Field>
        <ActionButton action={show} className="sm:mt-6" />
      </div>
      {asked && <Prompt judge={judge} asked={asked} />}
    </Section>
  );
}

function Prompt({ judge, asked }: { judge: JudgeDetail; asked: { version: number; record: string } }) {
  const query = useQuery(renderingQuery(judge.id, asked.version, asked.record));
  return (
    <div className="mt-4">
      <Async query={query}>
        {(rendering) => <Calls rendering={rendering} pair={judge.level === "pair"} />}
      </Async>
    </div>
  );
}

function Calls({ rendering, pair }: { rendering: Rendering; pair: boolean }) {
  const { calls, record_id } = rendering;
  const bothOrders = pair && calls.length === 2;
  const marked = markedMessages(calls);
  return (
    <>
      <p className="mb-3 text-sm text-muted">
        Row <span className="font-mono">{record_id.slice(0, 8)}</span>
        {calls.length > 1 && " · what differs between the two is marked"}
      </p>
      <div className={calls.length > 1 ? "grid gap-6 lg:grid-cols-2" : "max-w-[100ch]"}>
        {calls.map((call, at) => (
          <section
            // biome-ignore lint/suspicious/noArrayIndexKey: calls have no identity but their place.
            key={at}
            aria-label={titleOf(at, calls.length, bothOrders)}
            className="min-w-0"
          >
            <h3 className="mb-2 text-sm font-medium">{titleOf(at, calls.length, bothOrders)}</h3>
            {(marked[at] ?? []).map((message, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: messages have no identity but their place.
              <MessageView key={place} message={message} />
            ))}
            <Asked call={call} />
          </section>
        ))}
      </div>
    </>
  );
}

function titleOf(at: number, count: number, bothOrders: boolean): string {
  if (bothOrders) return at === 0 ? "One order" : "The other order";
  return count === 1 ? "The question" : `Question ${at + 1}`;
}

const ROLES: Record<string, string> = { system: "System", user: "User", assistant: "Assistant" };

function MessageView({ message }: { message: MarkedMessage }) {
  return (
    <div className="border-t border-line py-2">
      <p className="text-xs font-medium text-muted">{ROLES[message.role] ?? message.role}</p>
      <p dir="auto" className="font-mono text-sm whitespace-pre-wrap [overflow-wrap:anywhere]">
        {message.parts.map((part, at) =>
          part.differs ? (
            <mark
              // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity but their place.
              key={at}
              className="rounded-sm bg-accent-soft text-fg underline decoration-accent/60 decoration-1 underline-offset-4"
            >
              {part.text}
            </mark>
          ) : (
            part.text
          ),
        )}
      </p>
    </div>
  );
}

/** What of the reply is read: the probabilities of some words, or a text of a given form. */
function Asked({ call }: { call: RenderedCall }) {
  return (
    <div className="border-t border-line py-2 text-sm text-muted">
      {call.lead && (
        <p>
          The reply begins with <code className="font-mono text-fg">{call.lead.trim()}</code>.
        </p>
      )}
      {call.options.length > 0 ? (
        <p>
          Nothing is written: the probabilities of{" "}
          {call.options.map((option, at) => (
            <span key={option}>
              {at > 0 && (at === call.options.length - 1 ? " and " : ", ")}
              <code className="font-mono text-fg">{option.trim()}</code>
            </span>
          ))}{" "}
          as the next word are read.
        </p>
      ) : (
        <p>The model writes its reply.</p>
      )}
      {call.json_schema && (
        <details className="mt-1">
          <summary className="cursor-pointer">Form of the reply</summary>
          <pre className="mt-1 overflow-x-auto font-mono text-xs">
            {JSON.stringify(call.json_schema, null, 2)}
          </pre>
        </details>
      )}
    </div>
  );
}
