import type { Item } from "@/lib/api/types";
import { ChangeList } from "../questions/edit/change-list";
import { useChanges } from "../questions/edit/use-changes";
import { textOf } from "../questions/targets";
import type { Edit, EditAnswer } from "../questions/types";
import type { NameTarget } from "./words";

/** Each edited response with what went and what came. */
export function EditReader({ answer, item, name }: { answer: EditAnswer; item: Item; name: NameTarget }) {
  return answer.edits.map((edit) => (
    <section key={edit.response} className="mb-3 last:mb-0">
      <h3 className="mb-1 text-sm font-medium text-muted">{name(edit.response)}</h3>
      <Changes edit={edit} original={textOf(item, edit.response)} />
    </section>
  ));
}

function Changes({ edit, original }: { edit: Edit; original: string | undefined }) {
  if (original === undefined) {
    return (
      <p dir="auto" className="reading whitespace-pre-wrap">
        {edit.text}
      </p>
    );
  }
  return <Compared original={original} text={edit.text} />;
}

function Compared({ original, text }: { original: string; text: string }) {
  return <ChangeList changes={useChanges(original, text)} />;
}
