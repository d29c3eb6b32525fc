import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { Markdown } from "@/components/markdown";
import { Button } from "@/components/ui";
import { cx } from "@/lib/cx";
import { useT } from "@/lib/i18n";
import { readSetting, writeSetting } from "@/lib/storage";
import { KeyOf } from "../key-of";
import type { PaneProps } from "../module";
import { useShared } from "../shared-store";
import { targetName } from "../targets";
import type { EditAnswer, EditQuestion } from "../types";
import { editOf, withEdit } from "./answer";
import { ChangeList } from "./change-list";
import { editStore } from "./ui-store";
import { useChanges } from "./use-changes";

const FIXED_WIDTH = "edit-fixed-width";

/** A response that can be corrected in place, with what changed below it. */
export function EditPane(props: PaneProps<EditQuestion, EditAnswer>) {
  const { question, answer, item, target, text, focused, onChange, readOnly } = props;
  const t = useT();
  const store = editStore(item.id, question.name);
  const ui = useShared(store);
  const edited = editOf(answer, target);
  const editing = ui.editing === target && !readOnly;
  const changes = useChanges(text, edited);
  const [fixed, setFixed] = useState(readSetting(FIXED_WIDTH) === "yes");
  const name = targetName(item, target, t);

  useEffect(() => {
    if (focused) store.set({ focused: target });
  }, [store, target, focused]);

  const change = (next: string) => onChange(withEdit(answer, item, target, next));
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-1.5 text-sm">
        {!readOnly && (
          <Button
            size="sm"
            icon="edit"
            aria-pressed={editing}
            aria-label={
              editing ? t("Stop editing {{text}}", { text: name }) : t("Edit {{text}}", { text: name })
            }
            onClick={() => store.set({ editing: editing ? null : target })}
          >
            {editing ? t("Done") : t("Edit")}
            {!editing && focused && <KeyOf id="annotate.edit" keys="e" />}
          </Button>
        )}
        {edited !== undefined && !readOnly && (
          <Button size="sm" variant="ghost" icon="undo" onClick={() => change(text)}>
            {t("Back to the original")}
          </Button>
        )}
        {editing && (
          <Button
            size="sm"
            variant="ghost"
            aria-pressed={fixed}
            className={cx(fixed && "bg-sunken")}
            onClick={() => {
              setFixed(!fixed);
              writeSetting(FIXED_WIDTH, fixed ? null : "yes");
            }}
          >
            {t("Fixed width")}
          </Button>
        )}
      </div>
      {editing ? (
        <Field
          label={t("{{text}}: corrected text", { text: name })}
          value={edited ?? text}
          fixed={fixed}
          onChange={change}
          onLeave={() => store.set({ editing: null })}
        />
      ) : (
        <Markdown text={edited ?? text} />
      )}
      {edited !== undefined && <ChangeList changes={changes} />}
    </div>
  );
}

function Field({
  label,
  value,
  fixed,
  onChange,
  onLeave,
}: {
  label: string;
  value: string;
  fixed: boolean;
  onChange: (text: string) => void;
  onLeave: () => void;
}) {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const area = field.current;
    if (!area) return;
    // At the beginning, where reading begins; browsers would put the caret behind the last word.
    area.setSelectionRange(0, 0);
    area.focus();
  }, []);
  const leave = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    onLeave();
  };
  return (
    <textarea
      ref={field}
      dir="auto"
      aria-label={label}
      value={value}
      spellCheck
      rows={Math.min(24, value.split("\n").length + 2)}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={leave}
      className={cx(
        "reading field-sizing-content max-h-[55dvh] min-h-40 w-full resize-y rounded-md border border-control bg-canvas px-3 py-2",
        fixed && "!font-mono !text-sm",
      )}
    />
  );
}
