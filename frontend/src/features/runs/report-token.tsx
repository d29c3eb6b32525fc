import { useMutation } from "@tanstack/react-query";
import { CodeBlock } from "@/components/code-block";
import { Button, toast } from "@/components/ui";
import type { Run } from "@/lib/api/types";
import { formatExact } from "@/lib/format";
import { newReportToken } from "./api";

/** The token with which a trainer elsewhere reports. Only its digest is kept, so it is shown once. */
export function ReportToken({ run }: { run: Run }) {
  const make = useMutation({ mutationFn: () => newReportToken(run.id), onError: toast.error });
  if (!make.data) {
    return (
      <div className="mt-3 flex flex-wrap items-center gap-3">
        <Button busy={make.isPending} onClick={() => make.mutate()}>
          Make a report token
        </Button>
        <p className="min-w-56 flex-1 text-sm text-muted">
          With it the trainer sends curves, log and model here while it trains. A new token takes the place of
          the one before.
        </p>
      </div>
    );
  }
  return (
    <div className="mt-3" role="status">
      <p className="mb-2">
        Start it in the unpacked folder with this command. Its token is shown this once, and holds until{" "}
        {formatExact(make.data.expires_at)}.
      </p>
      <CodeBlock text={make.data.command} copy="Copy command" />
    </div>
  );
}
