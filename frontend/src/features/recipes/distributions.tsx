import { type Cuts, Histogram } from "@/components/chart";
import { Section } from "@/components/ui";
import type { RecipeStep } from "@/lib/api/types";
import { measureOf } from "@/lib/recipes/measures";
import type { Preview } from "./api";
import { TextBars } from "./text-bars";

interface Props {
  preview: Preview;
  steps: RecipeStep[];
  readOnly: boolean;
  onEdit: (index: number, patch: Partial<RecipeStep>) => void;
}

/** The distributions the steps cut; the bounds on each are those of the first step that cuts it. */
export function Distributions({ preview, steps, readOnly, onEdit }: Props) {
  const numbers = preview.histograms.filter((each) => each.counts.length > 0);
  const texts = preview.values.filter((each) => each.values.length > 0);
  if (numbers.length + texts.length === 0) return null;
  return (
    <Section title="Distributions">
      <div className="grid gap-x-8 gap-y-6 lg:grid-cols-2">
        {numbers.map((each) => {
          const cut = cutterOf(each.name, steps);
          const title = cut ? `${each.title} (step ${cut.index + 1})` : each.title;
          return (
            <Histogram
              key={each.name}
              title={title}
              edges={each.edges}
              counts={each.counts}
              xLabel={each.title}
              cuts={cut && !readOnly ? cutsOf(cut, (patch) => onEdit(cut.index, patch)) : undefined}
            />
          );
        })}
        {texts.map((each) => {
          const index = Number(each.name.replace("step:", ""));
          const step = steps[index];
          if (step?.type !== "filter") return null;
          return (
            <TextBars
              key={each.name}
              title={`${each.title} (step ${index + 1})`}
              values={each.values}
              step={step}
              readOnly={readOnly}
              onEdit={(patch) => onEdit(index, patch)}
            />
          );
        })}
      </div>
    </Section>
  );
}

export interface Cutter {
  index: number;
  lower: { field: string; value: number | null; optional: boolean };
  upper: { field: string; value: number | null; optional: boolean } | null;
}

/** The first step that cuts a distribution, which is named "strength", "signal:<id>" or "step:<place>". */
export function cutterOf(name: string, steps: RecipeStep[]): Cutter | null {
  const index = steps.findIndex((step, place) => {
    if (name === "strength")
      return step.type === "strength" || (step.type === "filter" && measureOf(step.on).fact === "strength");
    if (name.startsWith("signal:")) return step.type === "signal_margin" && name === `signal:${step.signal}`;
    return step.type === "filter" && name === `step:${place}`;
  });
  const step = steps[index];
  if (!step) return null;
  const value = (field: string) => (typeof step[field] === "number" ? (step[field] as number) : null);
  if (step.type === "strength")
    return {
      index,
      lower: { field: "min_strength", value: value("min_strength"), optional: false },
      upper: null,
    };
  return {
    index,
    lower: { field: "min", value: value("min"), optional: true },
    upper: { field: "max", value: value("max"), optional: true },
  };
}

/** The bounds as the chart moves them; neither is dragged past the other. */
export function cutsOf({ lower, upper }: Cutter, edit: (patch: Partial<RecipeStep>) => void): Cuts {
  return {
    lower: {
      side: "lower",
      label: "Lower bound",
      value: lower.value,
      optional: lower.optional,
      onChange: (value) =>
        edit({ [lower.field]: value === null ? null : Math.min(value, upper?.value ?? value) }),
    },
    ...(upper && {
      upper: {
        side: "upper" as const,
        label: "Upper bound",
        value: upper.value,
        optional: upper.optional,
        onChange: (value: number | null) =>
          edit({ [upper.field]: value === null ? null : Math.max(value, lower.value ?? value) }),
      },
    }),
  };
}
