import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import type { TargetDensity } from "@/features/annotate/readers";
import { api } from "@/lib/api/client";
import type { SpansQuestion } from "@/lib/api/types";

const DensityView = lazy(() =>
  import("@/features/annotate/readers").then((module) => module.loadDensityView()),
);

/** Question → target → its marks at each density. */
export type Densities = Record<string, Record<string, TargetDensity>>;

export function useDensity(feedback: number, enabled: boolean): Densities | undefined {
  const query = useQuery({
    queryKey: ["feedback", feedback, "density"],
    queryFn: ({ signal }) =>
      api.get<{ questions: Densities }>(`/api/feedback/${feedback}/density/`, { signal }),
    enabled,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return query.data?.questions;
}

interface Props {
  density: TargetDensity | undefined;
  text: string;
  question: SpansQuestion;
}

/** What training would see of the marks on a text; folded, because the marks come first. */
export function SpanDensity({ density, text, question }: Props) {
  if (!density) return null;
  return (
    <details className="pt-2 text-sm">
      <summary className="cursor-default text-muted">As labels of parts, sentences and the response</summary>
      <div className="pt-2">
        <Suspense fallback={null}>
          <DensityView density={density} text={text} question={question} />
        </Suspense>
      </div>
    </details>
  );
}
