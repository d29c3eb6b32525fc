import { useState } from "react";
import { Markdown } from "@/components/markdown";
import { Button, RelativeTime } from "@/components/ui";
import type { PrincipleVersion } from "@/lib/api/types";
import { cx } from "@/lib/cx";
import { conditionWords } from "./conditions";
import { changesBetween } from "./text-changes";

/** Everything a principle said, newest first; each can be read, or compared with the one before it. */
export function VersionList({ versions }: { versions: PrincipleVersion[] }) {
  const [open, setOpen] = useState<number | null>(null);
  return (
    <ol className="border-t border-line">
      {versions.map((version, index) => {
        const shown = open === version.number;
        const before = versions[index + 1];
        return (
          <li key={version.number} className="border-b border-line py-2">
            <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
              <span className="font-medium">Version {version.number}</span>
              {index === 0 && <span className="text-sm text-muted">in use now</span>}
              <span className="flex-1 text-sm text-muted">
                <RelativeTime at={version.created_at} /> by {version.created_by.name}
              </span>
              <Button
                size="sm"
                variant="ghost"
                aria-expanded={shown}
                onClick={() => setOpen(shown ? null : version.number)}
              >
                {shown ? "Hide" : before ? "What changed" : "Read"}
              </Button>
            </div>
            {shown && (
              <div className="pt-3 ps-4">
                {before ? <Changes before={before} after={version} /> : <Whole version={version} />}
              </div>
            )}
          </li>
        );
      })}
    </ol>
  );
}

function Whole({ version }: { version: PrincipleVersion }) {
  return (
    <>
      <p dir="auto" className="font-medium">
        {version.title}
      </p>
      <Markdown text={version.text} compact />
      <p className="mt-1 text-sm text-muted">{rowsOf(version)}</p>
    </>
  );
}

const rowsOf = (version: PrincipleVersion): string =>
  conditionWords(version.applies_to).join(" · ") || "every row";

function Changes({ before, after }: { before: PrincipleVersion; after: PrincipleVersion }) {
  const parts: [string, string, string][] = [
    ["Title", before.title, after.title],
    ["Text", before.text, after.text],
    ["Rows", rowsOf(before), rowsOf(after)],
  ];
  return (
    <dl className="grid grid-cols-[64px_minmax(0,1fr)] gap-x-4 gap-y-2 max-sm:grid-cols-1">
      {parts
        .filter(([, old, now]) => old !== now)
        .map(([label, old, now]) => (
          <div key={label} className="contents">
            <dt className="text-sm text-muted">{label}</dt>
            <dd dir="auto" className="whitespace-pre-wrap [overflow-wrap:anywhere]">
              <Marked before={old} after={now} />
            </dd>
          </div>
        ))}
    </dl>
  );
}

function Marked({ before, after }: { before: string; after: string }) {
  return changesBetween(before, after).map(({ kind, text }, index) => {
    const Tag = kind === "added" ? "ins" : kind === "removed" ? "del" : "span";
    return (
      <Tag
        // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity but their place.
        key={index}
        className={cx(
          kind === "added" && "rounded-sm bg-sunken underline decoration-2 underline-offset-4",
          kind === "removed" && "text-muted line-through",
        )}
      >
        {text}
      </Tag>
    );
  });
}
