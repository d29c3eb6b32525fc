import { useId } from "react";
import { Problem } from "@/components/schema-form";
import { cx } from "@/lib/cx";
import type { JudgeProtocol } from "./api";
import { groupsOf } from "./form";
import { LEVELS } from "./words";

/** How a judge judges: those that give votes, then those that draft. */
export function ProtocolChoice({
  protocols,
  chosen,
  problem,
  onChoose,
}: {
  protocols: JudgeProtocol[];
  chosen: JudgeProtocol | undefined;
  problem: string | undefined;
  onChoose: (name: string) => void;
}) {
  const name = useId();
  return (
    <div className="flex flex-col gap-6">
      {groupsOf(protocols).map((group) => (
        <fieldset key={group.title}>
          <legend className="font-medium">{group.title}</legend>
          <p className="mb-2 text-sm text-muted">{group.hint}</p>
          <div className="grid gap-px overflow-hidden rounded-md border border-line bg-(--line) sm:grid-cols-2">
            {group.protocols.map((protocol) => {
              const isChosen = protocol.name === chosen?.name;
              return (
                <label
                  key={protocol.name}
                  className={cx(
                    "flex cursor-pointer items-start gap-2.5 bg-canvas p-3 hover:bg-subtle",
                    "has-[:focus-visible]:outline-2 has-[:focus-visible]:-outline-offset-2 has-[:focus-visible]:outline-(--focus)",
                    isChosen && "bg-accent-soft!",
                  )}
                >
                  <input
                    type="radio"
                    name={name}
                    checked={isChosen}
                    onChange={() => onChoose(protocol.name)}
                    className="mt-0.5 size-4 shrink-0 accent-[var(--accent)]"
                  />
                  <span className="min-w-0">
                    <span className="font-medium">{protocol.title}</span>
                    <span className="block text-sm text-muted">{protocol.description}</span>
                    <span className="mt-1 block text-xs text-muted">
                      {LEVELS[protocol.level]} ·{" "}
                      {protocol.generates ? "the model writes" : "probabilities are read, nothing is written"}
                    </span>
                  </span>
                </label>
              );
            })}
            {/* An odd one out leaves no hole. */}
            {group.protocols.length % 2 === 1 && <span className="bg-canvas max-sm:hidden" />}
          </div>
        </fieldset>
      ))}
      <Problem text={problem} />
    </div>
  );
}
