import { useMutation } from "@tanstack/react-query";
import { type DragEvent, useRef, useState } from "react";
import { useAction } from "@/actions";
import { ActionButton, Button, Field, FormError, ProgressBar, Select, toast } from "@/components/ui";
import { upload } from "@/lib/api/client";
import { messageOf } from "@/lib/api/errors";
import type { Job } from "@/lib/api/types";
import { cx } from "@/lib/cx";
import { formatBytes, formatPercent } from "@/lib/format";
import { IMPORT_FORMATS } from "./formats";
import { HubDialog } from "./hub-dialog";

interface Progress {
  name: string;
  sent: number;
  total: number;
}

/** Drop a file or choose one; it is sent with progress, and the import goes on as a job. */
export function ImportPanel({ datasetId, onStarted }: { datasetId: number; onStarted: (job: Job) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const abort = useRef<AbortController | null>(null);
  const [format, setFormat] = useState("");
  const [hubOpen, setHubOpen] = useState(false);
  const [isOver, setOver] = useState(false);
  const [progress, setProgress] = useState<Progress | null>(null);

  const send = useMutation({
    mutationFn: (file: File) => {
      const form = new FormData();
      // The format goes first, so that the server knows it before the file arrives.
      if (format) form.append("format", format);
      form.append("file", file);
      abort.current = new AbortController();
      setProgress({ name: file.name, sent: 0, total: file.size });
      return upload<Job>(`/api/datasets/${datasetId}/imports/`, form, {
        signal: abort.current.signal,
        onProgress: (sent, total) => setProgress({ name: file.name, sent, total }),
      });
    },
    onSuccess: (job, file) => {
      toast.ok(`${file.name} has arrived; importing now.`);
      onStarted(job);
    },
    onSettled: () => {
      setProgress(null);
      if (input.current) input.current.value = "";
    },
  });
  const choose = useAction({
    id: "imports.choose",
    label: "Choose file",
    keys: ["u"],
    group: "Dataset",
    icon: "upload",
    when: () => !send.isPending,
    run: () => input.current?.click(),
  });
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file && !send.isPending) send.mutate(file);
  };

  return (
    // biome-ignore lint/a11y/noNoninteractiveElementInteractions: dropping is a shortcut; the button does the same.
    <section
      aria-label="Import a file"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      className={cx(
        "mb-6 flex flex-col gap-3 rounded-md border border-dashed p-5",
        isOver ? "border-accent bg-accent-soft" : "border-control",
      )}
    >
      {progress ? (
        <Sending progress={progress} onCancel={() => abort.current?.abort()} />
      ) : (
        <div className="flex flex-wrap items-end gap-x-6 gap-y-3">
          <div className="min-w-64 flex-1">
            <p className="font-medium">Drop a file here</p>
            <p className="text-muted">
              JSONL, JSON or Parquet, also gzipped: prompts with two or more responses, with or without
              labels. Rows that are in the dataset already are merged, not doubled.
            </p>
          </div>
          <Field label="Format" required className="w-56">
            <Select
              options={IMPORT_FORMATS}
              value={format}
              onChange={(event) => setFormat(event.target.value)}
            />
          </Field>
          <Button onClick={() => setHubOpen(true)}>From the Hub</Button>
          <ActionButton action={choose} variant="primary" />
          <input
            ref={input}
            type="file"
            tabIndex={-1}
            aria-label="File to import"
            className="sr-only"
            onChange={(event) => {
              const file = event.target.files?.[0];
              if (file) send.mutate(file);
            }}
          />
        </div>
      )}
      <FormError>{send.error && messageOf(send.error)}</FormError>
      <HubDialog datasetId={datasetId} open={hubOpen} onOpenChange={setHubOpen} onStarted={onStarted} />
    </section>
  );
}

function Sending({ progress, onCancel }: { progress: Progress; onCancel: () => void }) {
  return (
    <div className="flex flex-col gap-2">
      <div className="flex items-center gap-3">
        <span className="font-medium break-all">{progress.name}</span>
        <span className="num flex-1 text-sm text-muted">
          {formatBytes(progress.sent)} of {formatBytes(progress.total)}
          {progress.total > 0 && ` · ${formatPercent(progress.sent / progress.total)}`}
        </span>
        <Button size="sm" variant="ghost" icon="close" onClick={onCancel}>
          Cancel upload
        </Button>
      </div>
      <ProgressBar label={`Upload of ${progress.name}`} done={progress.sent} total={progress.total} />
      <p className="text-sm text-muted">
        Stay on this page until the file has arrived; after that you may leave.
      </p>
    </div>
  );
}
