import type { Answer, DatasetRow, Item, Materials, RowAnnotation } from "@/lib/api/types";
import { sentence } from "@/lib/format";

/** Annotations that answer one question, as they are read together. */
export interface AnnotationGroup {
  kind: RowAnnotation["kind"];
  question: string;
  annotations: RowAnnotation[];
}

const ORDER: RowAnnotation["kind"][] = [
  "spans",
  "ratings",
  "ranking",
  "rationale",
  "edit",
  "thumbs",
  "steps",
  "choice",
  "text",
];

/** Marks first, then what is said in numbers, then in words. */
export function groupsOf(annotations: readonly RowAnnotation[]): AnnotationGroup[] {
  const groups = new Map<string, AnnotationGroup>();
  for (const annotation of annotations) {
    const { kind, question } = annotation;
    const key = `${kind} ${question}`;
    const group = groups.get(key) ?? { kind, question, annotations: [] };
    group.annotations.push(annotation);
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}

export function bodiesOf(group: AnnotationGroup): Answer[] {
  return group.annotations.map((each) => each.body as Answer);
}

const KINDS: Record<RowAnnotation["kind"], string> = {
  spans: "Marks",
  ratings: "Ratings",
  ranking: "Ranking",
  rationale: "Rationale",
  edit: "Edits",
  thumbs: "Thumbs",
  steps: "Steps",
  choice: "Choice",
  text: "Text",
};

/** A kind of annotation in words: "Marks" for spans. */
export function kindTitle(kind: string): string {
  return KINDS[kind as RowAnnotation["kind"]] ?? sentence(kind);
}

/** "Marks: Errors"; the kind alone where the question is called the same. */
export function groupTitle({ kind, question }: AnnotationGroup): string {
  const name = sentence(question);
  return !question || name === KINDS[kind] || name === sentence(kind)
    ? KINDS[kind]
    : `${KINDS[kind]}: ${name}`;
}

/** Who said it: "annotator-3 (human, campaign:2)". */
export function saidBy({ annotator, source, origin }: RowAnnotation): string {
  const details = [source, origin].filter(Boolean).join(", ");
  return annotator ? `${annotator} (${details})` : sentence(details);
}

/** The record as the item that its annotations are about. */
export function itemOf(row: DatasetRow): Item {
  const { passages, reference, rubric } = row.metadata as Materials;
  return {
    id: 0,
    position: 0,
    prompt: row.prompt,
    responses: row.responses,
    context: row.context,
    materials: {
      ...(Array.isArray(passages) && { passages: passages.filter((each) => Array.isArray(each?.sentences)) }),
      ...(typeof reference === "string" && { reference }),
      ...(Array.isArray(rubric) && { rubric }),
    },
  };
}
