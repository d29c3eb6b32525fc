import { Section } from "@/components/ui";
import { AnswerReader, MarkedTexts, namesInRecord, questionFor } from "@/features/annotate/readers";
import type { Answer, DatasetRow, SpansAnswer, SpansQuestion } from "@/lib/api/types";
import { countOf } from "@/lib/format";
import { type AnnotationGroup, bodiesOf, groupsOf, groupTitle, itemOf, saidBy } from "./annotations";

/** What people said of a record beside votes: marks on its texts, ratings, rationales, edits … */
export function RecordAnnotations({ row }: { row: DatasetRow }) {
  const item = itemOf(row);
  const name = namesInRecord(row.responses.map((each) => each.response_id));
  return groupsOf(row.annotations).map((group) => (
    <Section
      key={`${group.kind} ${group.question}`}
      title={groupTitle(group)}
      actions={
        <span className="text-sm text-muted">
          {group.annotations.length > 1
            ? countOf(group.annotations.length, "answer")
            : group.annotations.map(saidBy).join()}
        </span>
      }
    >
      <Group group={group} item={item} name={name} />
    </Section>
  ));
}

interface GroupProps {
  group: AnnotationGroup;
  item: ReturnType<typeof itemOf>;
  name: ReturnType<typeof namesInRecord>;
}

function Group({ group, item, name }: GroupProps) {
  const question = questionFor(group.kind, group.question, bodiesOf(group));
  if (group.kind === "spans") {
    return (
      <>
        <MarkedTexts
          question={question as SpansQuestion}
          answers={bodiesOf(group) as SpansAnswer[]}
          item={item}
          name={name}
        />
        {group.annotations.length > 1 && (
          <p className="pt-2 text-sm text-muted">Said by {group.annotations.map(saidBy).join("; ")}.</p>
        )}
      </>
    );
  }
  return (
    <ol className="flex flex-col gap-4">
      {group.annotations.map((annotation, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: annotations of an immutable row have no id and never move.
        <li key={index}>
          {group.annotations.length > 1 && <p className="mb-1 text-sm text-muted">{saidBy(annotation)}</p>}
          <AnswerReader question={question} answer={annotation.body as Answer} item={item} name={name} />
        </li>
      ))}
    </ol>
  );
}
