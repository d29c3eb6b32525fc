import { Section } from "@/components/ui";
import type { Preview } from "./api";

/** Where the literature warns; each stands at its step too. */
export function Warnings({ preview }: { preview: Preview }) {
  const warnings = preview.warnings ?? [];
  if (warnings.length === 0) return null;
  return (
    <Section title="Worth knowing">
      <ul className="flex flex-col gap-1 text-muted">
        {warnings.map(({ index, message }) => (
          <li key={`${index}.${message}`} className="grid grid-cols-[72px_minmax(0,1fr)] gap-x-3">
            <span className="num text-faint">
              {index === null || index < 0 ? "Recipe" : `Step ${index + 1}`}
            </span>
            <span>{message}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
