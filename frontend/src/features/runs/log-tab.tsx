import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { Async, CopyButton } from "@/components/ui";
import type { Run } from "@/lib/api/types";
import { isRunning, logsQuery } from "./api";

/** What the trainer wrote; follows the end while somebody stands there. */
export function LogTab({ run }: { run: Run }) {
  const query = useQuery(logsQuery(run.id, isRunning(run.state)));
  const box = useRef<HTMLPreElement>(null);
  const text = query.data?.text ?? "";
  // biome-ignore lint/correctness/useExhaustiveDependencies: new text scrolls to its end.
  useEffect(() => {
    const at = box.current;
    if (at && at.scrollHeight - at.scrollTop - at.clientHeight < 120) at.scrollTop = at.scrollHeight;
  }, [text]);
  return (
    <Async query={query}>
      {() =>
        text ? (
          <>
            <div className="mb-2 flex justify-end">
              <CopyButton text={text} label="Copy log" />
            </div>
            <pre
              ref={box}
              // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
              tabIndex={0}
              className="max-h-[60vh] overflow-auto rounded-md bg-sunken p-4 font-mono text-sm whitespace-pre-wrap"
            >
              {text}
            </pre>
          </>
        ) : (
          <p className="text-muted">Nothing has been logged yet.</p>
        )
      }
    </Async>
  );
}
