import { IconButton } from "@/components/ui";
import { KeyOf } from "../key-of";
import type { Mark, Omission } from "../types";
import * as read from "./answer";
import { removeEntry, setNote, setSeverity } from "./commands";
import type { Context } from "./context";
import { clearEvidence, evidence, evidenceKind } from "./evidence";
import { evidenceWords, oneLine, titleOf } from "./labels";
import { noteFieldId } from "./use-span-keys";

/** The mark or omission at hand: its severity, note and evidence. */
export function EntryEditor({ context, id }: { context: Context; id: string | null }) {
  const { question, answer, t } = context;
  const index = read.omissionIndex(id);
  const entry: Mark | Omission | undefined =
    index === null ? read.findMark(answer, id) : answer.omissions[index];
  if (!entry || id === null) return null;
  const isMark = "quote" in entry;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 rounded-md bg-subtle px-2 py-1.5 text-sm">
      <span className="min-w-0 max-w-[32ch] truncate">
        <span className="font-medium">{titleOf(question, entry.category)}</span>{" "}
        {isMark && (
          <bdi className="text-muted" dir="auto">
            “{oneLine(entry.quote, 40)}”
          </bdi>
        )}
      </span>
      {isMark && question.severities.length > 0 && <Severity context={context} mark={entry} id={id} />}
      <Evidence context={context} entry={entry} id={id} />
      {question.notes && (
        <label className="flex min-w-48 flex-1 items-center gap-1.5">
          <KeyOf id="annotate.spans-note" keys="n" />
          <span className="text-muted">{t("Note")}</span>
          <input
            id={noteFieldId(question.name)}
            dir="auto"
            value={entry.note}
            maxLength={4000}
            onChange={(event) => setNote(context, id, event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== "Escape" && (event.key !== "Enter" || event.ctrlKey)) return;
              // Back to the text, where the next mark will be made.
              event.preventDefault();
              event.stopPropagation();
              const root = context.store.roots.get(entry.target);
              if (root) root.focus({ preventScroll: true });
              else event.currentTarget.blur();
            }}
            className="h-7 min-w-0 flex-1 rounded-sm border border-control/60 bg-raised px-2"
          />
        </label>
      )}
      <span className="flex items-center gap-1">
        <KeyOf id="annotate.spans-remove" keys="Delete" />
        <IconButton
          icon="trash"
          size="sm"
          label={t("Remove {{category}}", { category: titleOf(question, entry.category) })}
          onClick={() => removeEntry(context, id)}
        />
      </span>
    </div>
  );
}

function Severity({ context, mark, id }: { context: Context; mark: Mark; id: string }) {
  const { question, t } = context;
  return (
    <label className="flex items-center gap-1.5">
      <KeyOf id="annotate.spans-severity" keys="Shift+!" />
      <span className="text-muted">{t("Severity")}</span>
      <select
        value={mark.severity ?? ""}
        onChange={(event) => setSeverity(context, id, event.target.value || null)}
        className="h-7 rounded-sm border border-control/60 bg-raised px-1.5"
      >
        <option value="">{t("not said")}</option>
        {question.severities.map((each) => (
          <option key={each.name} value={each.name}>
            {each.title}
          </option>
        ))}
      </select>
    </label>
  );
}

function Evidence({ context, entry, id }: { context: Context; entry: Mark | Omission; id: string }) {
  const { question, t } = context;
  const kind = evidenceKind(context, id);
  if (kind === "none") return null;
  const words = evidenceWords(entry.evidence, t);
  const strict = question.categories.find((each) => each.name === entry.category)?.evidence_required;
  const ask = kind === "passage" ? t("Point to a passage") : t("Point to what it repeats");
  return (
    <span className="flex items-center gap-1.5">
      <button
        type="button"
        onClick={() => evidence(context)}
        className="inline-flex h-7 items-center gap-1.5 rounded-sm border border-control/60 bg-raised px-2 hover:bg-sunken"
      >
        <KeyOf id="annotate.spans-evidence" keys="v" />
        <bdi dir="auto">{words ?? ask}</bdi>
        {!words && strict && <span className="text-danger">{t("needed")}</span>}
      </button>
      {words && (
        <IconButton
          icon="close"
          size="sm"
          label={t("Remove the evidence")}
          onClick={() => clearEvidence(context, id)}
        />
      )}
    </span>
  );
}
