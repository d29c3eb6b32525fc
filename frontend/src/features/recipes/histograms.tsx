import { Histogram } from "@/components/chart";
import { Section } from "@/components/ui";
import type { RecipePreview, RecipeStep } from "@/lib/api/types";

interface Props {
  preview: RecipePreview;
  steps: RecipeStep[];
  onThreshold: (index: number, patch: Partial<RecipeStep>) => void;
}

/** The distributions the steps cut; the line on each moves the step's lower bound. */
export function Histograms({ preview, steps, onThreshold }: Props) {
  const shown = preview.histograms.filter((each) => each.counts.length > 0);
  if (shown.length === 0) return null;
  return (
    <Section title="Distributions">
      <div className="grid gap-8 lg:grid-cols-2">
        {shown.map((each) => {
          const cut = cutOf(each.name, steps);
          return (
            <Histogram
              key={each.name}
              title={each.title}
              edges={each.edges}
              counts={each.counts}
              xLabel={each.title}
              threshold={cut?.value ?? null}
              thresholdLabel="Lower bound"
              onThresholdChange={
                cut
                  ? (value) => onThreshold(cut.index, { [cut.field]: Math.round(value * 1000) / 1000 })
                  : undefined
              }
            />
          );
        })}
      </div>
    </Section>
  );
}

/** The first step that cuts this distribution from below. Histograms are named "strength" or "signal:<id>". */
export function cutOf(
  name: string,
  steps: RecipeStep[],
): { index: number; field: string; value: number | null } | null {
  const index = steps.findIndex((step) =>
    name === "strength"
      ? step.type === "strength"
      : step.type === "signal_margin" && name === `signal:${step.signal}`,
  );
  const step = steps[index];
  if (!step) return null;
  const field = step.type === "strength" ? "min_strength" : "min";
  const value = step[field];
  return { index, field, value: typeof value === "number" ? value : null };
}
