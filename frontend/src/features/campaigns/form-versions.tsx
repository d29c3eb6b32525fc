import { useState } from "react";
import { Button, PagedRows, RelativeTime } from "@/components/ui";
import type { Campaign, FormVersionDetail } from "@/lib/api/types";
import { usePaged } from "@/lib/api/use-paged";
import { countOf } from "@/lib/format";
import { QuestionOutline } from "./question-outline";

/** The questions whose answers count on, as people read them: a name is for the data. */
function titlesOf(version: FormVersionDetail): string[] {
  return version.carries_over.map(
    (name) => version.questions.find((question) => question.name === name)?.title ?? name,
  );
}

/** Every version of the questions, newest first, with its answers. */
export function FormVersions({ campaign }: { campaign: Campaign }) {
  const list = usePaged<FormVersionDetail>(
    ["campaign", campaign.id, "form-versions"],
    `/api/campaigns/${campaign.id}/form-versions/`,
  );
  const [open, setOpen] = useState<number | null>(null);
  return (
    <PagedRows list={list}>
      <ol className="border-t border-line">
        {list.rows.map((version) => (
          <li key={version.id} className="border-b border-line py-2">
            <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
              <span className="font-medium">Version {version.version}</span>
              {version.id === campaign.form.id && <span className="text-sm text-muted">asked now</span>}
              <span className="num text-sm text-muted">{countOf(version.feedback, "answer")}</span>
              <span className="flex-1 text-sm text-muted">
                <RelativeTime at={version.created_at} />
              </span>
              <Button
                size="sm"
                variant="ghost"
                aria-expanded={open === version.id}
                onClick={() => setOpen(open === version.id ? null : version.id)}
              >
                {open === version.id ? "Hide questions" : countOf(version.questions.length, "question")}
              </Button>
            </div>
            {version.note && (
              <p dir="auto" className="max-w-[72ch] text-sm text-muted">
                {version.note}
              </p>
            )}
            {version.version > 1 && open === version.id && (
              <p className="pt-1 text-sm text-muted">
                {version.carries_over.length > 0
                  ? `Earlier answers count on for: ${titlesOf(version).join(", ")}`
                  : "No earlier answer counts on."}
              </p>
            )}
            {open === version.id && (
              <div className="pt-3 ps-4">
                <QuestionOutline questions={version.questions} />
              </div>
            )}
          </li>
        ))}
      </ol>
    </PagedRows>
  );
}
