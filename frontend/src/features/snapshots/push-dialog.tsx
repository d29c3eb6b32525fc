import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { isActive, JobStrip, useJob } from "@/components/job-strip";
import { Button, Checkbox, Dialog, Field, FormError, Input } from "@/components/ui";
import { fieldError, formError } from "@/lib/api/errors";
import type { DataExport } from "@/lib/api/types";
import { pushExport, pushesQuery } from "./api";

/** A copy of an export as a data set of the Hugging Face Hub, with its card. */
export function PushDialog({ data, name, onClose }: { data: DataExport; name: string; onClose: () => void }) {
  const form = useId();
  const client = useQueryClient();
  const [repo, setRepo] = useState(`/${slug(name)}`);
  const [isPrivate, setPrivate] = useState(true);
  const [tried, setTried] = useState(false);
  const problem = /^[\w.-]+\/[\w.-]+$/.test(repo.trim()) ? undefined : "Write owner/name, as the Hub does.";
  const push = useMutation({
    mutationFn: () => pushExport(data.id, { repo: repo.trim(), private: isPrivate }),
    onSuccess: () => void client.invalidateQueries({ queryKey: pushesQuery(data.id).queryKey }),
  });
  const { data: job } = useJob(push.data?.id);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!problem) push.mutate();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Push to the Hub"
      description="The files, the manifest and the data card become a data set of the Hugging Face Hub, under the token of this server."
      footer={
        push.data ? (
          <Button onClick={onClose}>Close</Button>
        ) : (
          <Button type="submit" form={form} variant="primary" busy={push.isPending}>
            Push to the Hub
          </Button>
        )
      }
    >
      {push.data ? (
        <>
          <JobStrip jobId={push.data.id} />
          {job && isActive(job.state) && (
            <p className="mt-3 text-muted">You may close this; the job goes on.</p>
          )}
        </>
      ) : (
        <form id={form} noValidate onSubmit={submit} className="flex flex-col gap-4">
          <FormError>{formError(push.error)}</FormError>
          <Field
            label="Data set"
            required
            hint="Yours or your organisation’s name, then a slash and the name of the set."
            error={(tried ? problem : undefined) ?? fieldError(push.error, "repo")}
          >
            <Input
              value={repo}
              autoComplete="off"
              spellCheck={false}
              placeholder="owner/name"
              onChange={(event) => setRepo(event.target.value)}
            />
          </Field>
          <Checkbox
            label="Private"
            hint="Only you and your organisation see it."
            checked={isPrivate}
            onChange={(event) => setPrivate(event.target.checked)}
          />
        </form>
      )}
    </Dialog>
  );
}

const slug = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 90);
