import { IconButton } from "@/components/ui";
import { cx } from "@/lib/cx";
import { useT } from "@/lib/i18n";
import type { PaneProps } from "../module";
import type { Mark, Omission, SpansAnswer, SpansQuestion } from "../types";
import * as read from "./answer";
import { removeEntry } from "./commands";
import { categoryLabel, evidenceWords, oneLine, severityTitle, targetName, titleOf } from "./labels";
import { type SpansStore, useSpansUi } from "./ui-store";

type Props = Omit<PaneProps<SpansQuestion, SpansAnswer>, "answer"> & {
  answer: SpansAnswer;
  store: SpansStore;
};

/** The marks and omissions of one text in order, beside it. Pointing at an entry shows its mark and the other way round. */
export function MarginList(props: Props) {
  const { question, answer, item, target, readOnly, store } = props;
  const t = useT();
  const ui = useSpansUi(store);
  const marks = read.marksOn(answer, target);
  const omissions = answer.omissions
    .map((omission, index) => ({ omission, id: read.omissionId(index) }))
    .filter(({ omission }) => omission.target === target);
  const nothing = marks.length + omissions.length === 0;
  const clean = answer.no_error.includes(target);

  const choose = (id: string, reveal: boolean) => {
    store.set({ target, active: id, selection: null, confirm: null, message: null });
    if (!reveal) return;
    const drawn = store.roots.get(target)?.querySelector(`[data-mark="${CSS.escape(id)}"]`);
    drawn?.scrollIntoView({ block: "nearest" });
  };
  const entry = (id: string, mark: Mark | Omission) => (
    <Entry
      key={id}
      {...props}
      id={id}
      entry={mark}
      active={ui.active === id}
      hovered={ui.hover === id}
      onHover={(over) => store.set({ hover: over ? id : null })}
      onFocus={() => choose(id, false)}
      onChoose={() => choose(id, true)}
      onRemove={readOnly ? undefined : () => removeEntry({ ...props, t }, id)}
    />
  );

  if (nothing && !clean) return null;
  return (
    <aside
      aria-label={t("Marks on {{text}}", { text: targetName(item, target, t) })}
      className="text-sm @2xl:sticky @2xl:top-2 @2xl:self-start"
    >
      {clean && <p className="font-medium text-ok">✓ {t("No errors found")}</p>}
      {!nothing && (
        <ol className="flex flex-col gap-0.5">
          {marks.map((mark) => entry(read.markId(mark), mark))}
          {omissions.map(({ omission, id }) => entry(id, omission))}
        </ol>
      )}
      {!nothing && <span className="sr-only">{question.title}</span>}
    </aside>
  );
}

interface EntryProps extends Props {
  id: string;
  entry: Mark | Omission;
  active: boolean;
  hovered: boolean;
  onHover: (over: boolean) => void;
  onFocus: () => void;
  onChoose: () => void;
  onRemove: (() => void) | undefined;
}

function Entry(props: EntryProps) {
  const { question, id, entry, active, hovered, onHover, onFocus, onChoose, onRemove } = props;
  const t = useT();
  const isMark = "quote" in entry;
  const category = question.categories.find((each) => each.name === entry.category);
  const severity = isMark ? severityTitle(question, entry.severity) : null;
  const evidence = evidenceWords(entry.evidence, t);
  const lacks = isMark && category?.evidence_required && !entry.evidence;
  return (
    <li
      data-entry={id}
      className={cx(
        "group flex items-start gap-1 rounded-sm border-s-2 ps-2",
        active ? "border-accent bg-accent-soft" : "border-transparent",
        hovered && !active && "bg-sunken",
      )}
    >
      <button
        type="button"
        aria-current={active || undefined}
        onFocus={onFocus}
        onMouseEnter={() => onHover(true)}
        onMouseLeave={() => onHover(false)}
        onClick={onChoose}
        className="min-w-0 flex-1 py-1 text-start"
      >
        <span className="flex items-baseline gap-1.5">
          <span className="num inline-flex min-w-4 justify-center rounded-sm bg-sunken px-1 text-xs font-semibold">
            {isMark ? categoryLabel(question, entry.category) : "+"}
          </span>
          <span className="font-medium">{titleOf(question, entry.category)}</span>
          {severity && <span className="text-muted">{severity}</span>}
        </span>
        {isMark && (
          <span dir="auto" className="block text-muted [overflow-wrap:anywhere]">
            “{oneLine(entry.quote)}”
          </span>
        )}
        {evidence && (
          <span dir="auto" className="block text-muted">
            {evidence}
          </span>
        )}
        {lacks && <span className="block text-danger">{t("needs evidence (v)")}</span>}
        {entry.note && (
          <span dir="auto" className="block italic [overflow-wrap:anywhere]">
            {entry.note}
          </span>
        )}
      </button>
      {onRemove && (
        <IconButton
          icon="close"
          size="sm"
          label={t("Remove {{category}}", { category: titleOf(question, entry.category) })}
          onClick={onRemove}
        />
      )}
    </li>
  );
}
