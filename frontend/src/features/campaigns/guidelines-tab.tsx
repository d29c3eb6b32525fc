import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Markdown } from "@/components/markdown";
import { Button, Field, Section, Textarea, toast } from "@/components/ui";
import type { Campaign } from "@/lib/api/types";
import { campaignQuery, updateCampaign } from "./api";
import { DockPreview } from "./dock-preview";

export function GuidelinesTab({ campaign, canManage }: { campaign: Campaign; canManage: boolean }) {
  const client = useQueryClient();
  const [draft, setDraft] = useState<string | null>(null);
  const save = useMutation({
    mutationFn: (guidelines: string) => updateCampaign(campaign.id, { guidelines }),
    onSuccess: (changed) => {
      client.setQueryData(campaignQuery(campaign.id).queryKey, changed);
      setDraft(null);
    },
    onError: toast.error,
  });
  return (
    <div className="grid gap-x-12 gap-y-8 lg:grid-cols-2">
      <Section
        title="Guidelines"
        actions={
          canManage &&
          draft === null && (
            <Button size="sm" icon="edit" onClick={() => setDraft(campaign.guidelines)}>
              Edit
            </Button>
          )
        }
      >
        {draft === null ? (
          campaign.guidelines.trim() ? (
            <Markdown text={campaign.guidelines} compact />
          ) : (
            <p className="text-muted">This campaign has no guidelines yet.</p>
          )
        ) : (
          <div className="flex flex-col gap-3">
            <Field
              label="Guidelines"
              hideLabel
              hint="Markdown. Annotators see the new text with their next item."
            >
              <Textarea rows={14} value={draft} onChange={(event) => setDraft(event.target.value)} />
            </Field>
            <div className="flex gap-2">
              <Button variant="primary" busy={save.isPending} onClick={() => save.mutate(draft)}>
                Save guidelines
              </Button>
              <Button onClick={() => setDraft(null)}>Keep the old ones</Button>
            </div>
          </div>
        )}
      </Section>
      <Section title={`Questions (form version ${campaign.form.version})`}>
        <DockPreview questions={campaign.form.questions} />
      </Section>
    </div>
  );
}
