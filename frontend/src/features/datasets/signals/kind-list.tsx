import { useId, useState } from "react";
import { Icon } from "@/components/ui";
import { cx } from "@/lib/cx";
import { groupKinds } from "./kinds";
import type { SignalKind } from "./types";

interface Props {
  kinds: SignalKind[];
  chosen: SignalKind | null;
  onChoose: (kind: SignalKind) => void;
}

/** Kinds of signals by what they are about; what is typed leaves those that speak of it. */
export function KindList({ kinds, chosen, onChoose }: Props) {
  const name = useId();
  const [filter, setFilter] = useState("");
  const groups = groupKinds(kinds, filter);
  return (
    <>
      <div className="relative mb-2 shrink-0 p-0.5">
        <Icon name="search" className="pointer-events-none absolute top-2.5 left-2.5 text-muted" />
        <input
          type="search"
          aria-label="Find a kind of signal"
          placeholder="Find: length, duplicate, margin…"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
          className="h-8 w-full rounded-md border border-control bg-canvas pr-2 pl-8 text-base placeholder:text-faint hover:border-fg-muted"
        />
      </div>
      <div role="radiogroup" aria-label="Kind of signal" className="min-h-0 flex-1 overflow-y-auto p-0.5">
        {groups.map((group) => (
          <div key={group.title} className="mb-3">
            <h3 className="px-2 py-1 text-xs font-medium text-muted">{group.title}</h3>
            {group.kinds.map((kind) => (
              <label
                key={kind.kind}
                className={cx(
                  "relative flex cursor-pointer items-center gap-2 rounded-md px-2 py-1 hover:bg-sunken",
                  "has-[:focus-visible]:outline-2 has-[:focus-visible]:outline-(--focus)",
                  kind.kind === chosen?.kind && "bg-accent-soft! text-accent-text",
                )}
              >
                <input
                  type="radio"
                  name={name}
                  className="sr-only"
                  checked={kind.kind === chosen?.kind}
                  onChange={() => onChoose(kind)}
                />
                <span className="min-w-0 flex-1">{kind.title}</span>
                {kind.kind === chosen?.kind && <Icon name="check" />}
              </label>
            ))}
          </div>
        ))}
        {groups.length === 0 && (
          <p className="px-2 text-muted">No kind of signal speaks of “{filter.trim()}”.</p>
        )}
      </div>
    </>
  );
}
