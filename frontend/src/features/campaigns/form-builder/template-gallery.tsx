import { queryOptions, useQuery } from "@tanstack/react-query";
import { Async, Badge } from "@/components/ui";
import { api } from "@/lib/api/client";
import type { Question } from "@/lib/api/types";
import { cx } from "@/lib/cx";
import { typeLabel } from "./catalogue";

export interface FormTemplate {
  name: string;
  title: string;
  description: string;
  questions: Question[];
}

export const templatesQuery = queryOptions({
  queryKey: ["form-templates"],
  queryFn: ({ signal }) => api.get<{ results: FormTemplate[] }>("/api/form-templates/", { signal }),
  select: (page: { results: FormTemplate[] }) => page.results,
  staleTime: Number.POSITIVE_INFINITY,
});

interface Props {
  chosen: string | null;
  onChoose: (template: FormTemplate | null) => void;
  /** Offers to start from nothing as well. */
  blank?: boolean;
}

/** Ready forms, each with what it asks. */
export function TemplateGallery({ chosen, onChoose, blank = true }: Props) {
  const query = useQuery(templatesQuery);
  return (
    <Async query={query} skeletonLines={6}>
      {(templates) => (
        <div role="radiogroup" aria-label="Template" className="grid gap-2 sm:grid-cols-2 xl:grid-cols-3">
          {templates.map((template) => (
            <Choice
              key={template.name}
              name={template.name}
              title={template.title}
              checked={chosen === template.name}
              onChoose={() => onChoose(template)}
            >
              <span className="block text-sm text-muted">{template.description}</span>
              <span className="flex flex-wrap gap-1 pt-1">
                {typeCounts(template.questions).map((words) => (
                  <Badge key={words}>{words}</Badge>
                ))}
              </span>
            </Choice>
          ))}
          {blank && (
            <Choice name="" title="Empty form" checked={chosen === ""} onChoose={() => onChoose(null)}>
              <span className="block text-sm text-muted">Build the questions yourself.</span>
            </Choice>
          )}
        </div>
      )}
    </Async>
  );
}

interface ChoiceProps {
  name: string;
  title: string;
  checked: boolean;
  onChoose: () => void;
  children: React.ReactNode;
}

function Choice({ name, title, checked, onChoose, children }: ChoiceProps) {
  return (
    <label
      className={cx(
        "flex cursor-pointer gap-2 rounded-md border p-3 hover:bg-subtle has-focus-visible:outline-2 has-focus-visible:outline-focus",
        checked ? "border-accent bg-accent-soft hover:bg-accent-soft" : "border-line",
      )}
    >
      <input
        type="radio"
        name="form-template"
        value={name}
        checked={checked}
        onChange={onChoose}
        className="mt-0.5 size-4 shrink-0 accent-[var(--accent)]"
      />
      <span className="flex min-w-0 flex-col gap-1">
        <span className="font-medium">{title}</span>
        {children}
      </span>
    </label>
  );
}

/** "Ratings", "2 × Pairwise": what a form asks, in its order. */
export function typeCounts(questions: readonly Question[]): string[] {
  const counts = new Map<string, number>();
  for (const { type } of questions) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].map(([type, count]) => (count > 1 ? `${count} × ${typeLabel(type)}` : typeLabel(type)));
}
