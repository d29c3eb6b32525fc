import { useId, useRef } from "react";
import { useActions, useKeyOf } from "@/actions";
import { Button, IconButton, Kbd } from "@/components/ui";
import { useT } from "@/lib/i18n";
import { ChoiceButton } from "../choice-button";
import { tooMany, UseDraft, withDraft } from "../drafted-text";
import type { QuestionProps } from "../module";
import { countCodePoints } from "../offsets";
import { optionKey } from "../per-target";
import { QuestionLine } from "../question-line";
import { targetName } from "../targets";
import { FIELD } from "../text/text-dock";
import type { RationaleAnswer, RationaleQuestion } from "../types";
import { linkStore, loadLinkPane, useLinking } from "./link-store";
import { linkedPart, movedLinks, wordsOf } from "./links";

const EMPTY: RationaleAnswer = { text: "", reasons: [], links: [] };

/** Why: reasons to choose, words of one's own, and links from them to the words they are about. */
export function RationaleDock(props: QuestionProps<RationaleQuestion, RationaleAnswer>) {
  const { question, answer = EMPTY, draft, item, active, onChange, onActivate } = props;
  const t = useT();
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const store = linkStore(item.id, question.name);
  const { linking } = useLinking(store);

  const change = (next: RationaleAnswer) => onChange(next.text || next.reasons.length > 0 ? next : undefined);
  const write = (text: string) =>
    change({ ...answer, text, links: movedLinks(answer.links, answer.text, text) });
  const useDraft = () => {
    if (!draft) return;
    const reasons = [...new Set([...answer.reasons, ...draft.reasons])];
    change({ ...answer, text: withDraft(answer.text, draft.text), reasons });
    onActivate();
    field.current?.focus();
  };
  const toggle = (value: string) => {
    const chosen = answer.reasons.includes(value)
      ? answer.reasons.filter((each) => each !== value)
      : [...answer.reasons, value];
    change({ ...answer, reasons: chosen });
    // Several may hold: whoever answers says when that is enough, by going on.
    onActivate();
  };
  const startLink = () => {
    const { selectionStart: start = 0, selectionEnd: end = 0 } = field.current ?? {};
    const part = linkedPart(answer.text, { start, end });
    if (!part) return field.current?.focus();
    onActivate();
    store.set({ linking: part });
  };

  const group = t("Verdict");
  const linkKey = useKeyOf("annotate.link", "$mod+l");
  useActions([
    ...(active ? question.reasons : []).flatMap((reason, index) => {
      const key = optionKey(index);
      const id = `annotate.reason-${index + 1}`;
      const run = () => toggle(reason.value);
      return key ? [{ id, label: reason.label, keys: [key], group, keyOnly: true, run }] : [];
    }),
    {
      id: "annotate.link",
      label: t("Link to words of a response"),
      keys: ["$mod+l"],
      group,
      whileTyping: true,
      keyOnly: true,
      when: () => active && question.links && answer.text.trim() !== "",
      run: startLink,
    },
    {
      id: "annotate.link-cancel",
      label: t("Do not link"),
      keys: ["Escape"],
      group,
      keyOnly: true,
      when: () => linking !== null,
      run: () => store.set({ linking: null }),
    },
  ]);

  const missing = question.min_chars - countCodePoints(answer.text.trim());
  const over = tooMany(answer.text, question.max_chars);
  return (
    <QuestionLine {...props} htmlFor={id}>
      <div className="flex min-w-0 flex-1 flex-col gap-1.5">
        {question.reasons.length > 0 && (
          <div className="flex flex-wrap gap-1.5">
            {question.reasons.map((reason, index) => (
              <ChoiceButton
                key={reason.value}
                label={reason.label}
                several
                action={`annotate.reason-${index + 1}`}
                keyShown={active ? optionKey(index) : undefined}
                chosen={answer.reasons.includes(reason.value)}
                onChoose={() => toggle(reason.value)}
              />
            ))}
          </div>
        )}
        <div className="flex items-start gap-2">
          <textarea
            id={id}
            ref={field}
            rows={1}
            dir="auto"
            value={answer.text}
            maxLength={question.max_chars}
            placeholder={question.required ? t("Say why") : t("Optional")}
            onFocus={() => question.links && void loadLinkPane()}
            onChange={(event) => write(event.target.value)}
            className={FIELD}
          />
          <UseDraft
            item={item}
            question={question}
            draft={draft?.text}
            draftKey={props.draftKey}
            onUse={useDraft}
          />
          {question.links && (
            <Button
              size="sm"
              variant="ghost"
              icon="link"
              disabled={answer.text.trim() === ""}
              {...(active && linkKey && { shortcut: linkKey })}
              onClick={startLink}
              title={t("Link what you wrote to words of a response")}
            >
              {t("Link")}
            </Button>
          )}
        </div>
        <p className="flex min-h-0 flex-wrap items-center gap-x-4 text-sm text-muted" aria-live="polite">
          {missing > 0 && <span>{t("{{count}} more characters", { count: missing })}</span>}
          {over > 0 && (
            <span className="text-danger">{t("{{count}} characters too many", { count: over })}</span>
          )}
          {linking && (
            <span className="flex items-center gap-2 text-accent-text">
              {t("Select the words in a response that this is about.")} <Kbd keys="Escape" />
            </span>
          )}
        </p>
        {answer.links.length > 0 && (
          <ul className="flex flex-col gap-1 text-sm" aria-label={t("Links")}>
            {answer.links.map((link, index) => (
              <li
                key={`${link.start}-${link.target}-${link.from}`}
                className="flex min-w-0 items-center gap-2"
              >
                <span className="max-w-[32ch] truncate text-muted">{wordsOf(answer.text, link)}</span>
                <span aria-hidden="true">→</span>
                <span className="text-muted">{targetName(item, link.target, t)}:</span>
                <q className="min-w-0 truncate">{link.quote}</q>
                <IconButton
                  icon="close"
                  size="sm"
                  label={t("Remove the link")}
                  onClick={() => change({ ...answer, links: answer.links.filter((_, at) => at !== index) })}
                />
              </li>
            ))}
          </ul>
        )}
      </div>
    </QuestionLine>
  );
}
