import type { Principle } from "@/lib/api/types";

export const KINDS: Record<Principle["kind"], string> = { principle: "Principle", guideline: "Guideline" };

export const KIND_HINTS: Record<Principle["kind"], string> = {
  principle: "What responses are judged by: one rule, by which one of two can be the better.",
  guideline: "How to judge: advice to people and judges, such as reading both to the end.",
};

/** A good one, for whoever writes the first. */
export const EXAMPLE = {
  title: "Doses need a source",
  text: "Prefer the response that says where a dose comes from and when to ask a doctor. A confident number without either is worse than no number.",
  applies_to: { keywords: ["dose", "dosage", "mg"] },
};
