import { useEffect, useRef } from "react";
import { useKeyOf } from "@/actions";
import { Button } from "@/components/ui";
import { cx } from "@/lib/cx";
import { KeyOf } from "../key-of";
import { textOf } from "../targets";
import * as read from "./answer";
import { type Context, keepSelection } from "./context";
import { chooseOmission, choosePassagePart, evidence } from "./evidence";
import { oneLine, targetName, titleOf } from "./labels";
import { skipQueued } from "./queue";
import type { Mode } from "./ui-store";

/** What is being asked besides marking: earlier words, sentences of a passage, what is missing, changed passages. */
export function ModePanel({ context, mode }: { context: Context; mode: Mode }) {
  switch (mode.kind) {
    case "earlier":
      return <Earlier context={context} mark={mode.mark} />;
    case "passage":
      return <Passages context={context} mode={mode} />;
    case "omission":
      return <Missing context={context} />;
    case "queue":
      return <Queue context={context} mode={mode} />;
    default:
      return null;
  }
}

const PANEL = "flex flex-wrap items-center gap-x-3 gap-y-1.5 rounded-md bg-subtle px-2 py-1.5 text-sm";
const PART =
  "inline-flex items-start gap-1.5 rounded-sm border border-control/60 bg-raised px-2 py-1 text-start hover:bg-sunken";

function Leave({ context }: { context: Context }) {
  return (
    <Button
      size="sm"
      variant="ghost"
      shortcut="Escape"
      onClick={() => context.store.set({ mode: { kind: "mark" }, message: null })}
    >
      {context.t("Back")}
    </Button>
  );
}

function Earlier({ context, mark }: { context: Context; mark: string }) {
  const { answer, t } = context;
  return (
    <div className={PANEL}>
      <span>
        {t("Select the earlier words that “{{quote}}” repeats.", {
          quote: oneLine(read.findMark(answer, mark)?.quote ?? "", 40),
        })}
      </span>
      <Button
        size="sm"
        shortcut={useKeyOf("annotate.spans-evidence", "v")}
        onMouseDown={keepSelection}
        onClick={() => evidence(context)}
      >
        {t("Take the selection")}
      </Button>
      <Leave context={context} />
    </div>
  );
}

function Passages({ context, mode }: { context: Context; mode: Extract<Mode, { kind: "passage" }> }) {
  const { answer, item, t } = context;
  const passages = item.materials?.passages ?? [];
  const index = read.omissionIndex(mode.owner);
  const given =
    index === null ? read.findMark(answer, mode.owner)?.evidence : answer.omissions[index]?.evidence;
  const list = useRef<HTMLOListElement>(null);
  const passage = mode.passage === null ? undefined : passages[mode.passage];
  const chosen = given?.kind === "passage" && given.passage === mode.passage ? given.sentences : [];
  useEffect(() => {
    list.current?.children[mode.sentence]?.scrollIntoView({ block: "nearest" });
  }, [mode.sentence]);
  if (!passage) {
    return (
      <div className={PANEL}>
        <span className="w-full">{t("Which passage shows it?")}</span>
        {passages.map((each, at) => (
          <button
            key={each.title}
            type="button"
            className={PART}
            onClick={() => choosePassagePart(context, at)}
          >
            {at < 9 && <KeyOf id={`annotate.spans-category-${at + 1}`} keys={String(at + 1)} />}
            <bdi>{each.title}</bdi>
          </button>
        ))}
        <Leave context={context} />
      </div>
    );
  }
  return (
    <div className={cx(PANEL, "flex-col !items-stretch")}>
      <span>
        {t("Which sentences of “{{title}}” show it?", { title: passage.title })}{" "}
        <span className="text-muted">{t("Digits or ↑ ↓ and Space; Enter when done.")}</span>
      </span>
      <ol ref={list} className="flex max-h-[22dvh] flex-col gap-1 overflow-y-auto">
        {passage.sentences.map((sentence, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a sentence is its place.
          <li key={at}>
            <button
              type="button"
              aria-pressed={chosen.includes(at)}
              onClick={() => choosePassagePart(context, at)}
              className={cx(
                PART,
                "w-full",
                chosen.includes(at) && "border-accent bg-accent-soft text-accent-text",
                mode.sentence === at && "outline-2 -outline-offset-1 outline-focus",
              )}
            >
              {at < 9 ? (
                <KeyOf id={`annotate.spans-category-${at + 1}`} keys={String(at + 1)} />
              ) : (
                <span className="num text-faint">{at + 1}</span>
              )}
              <span dir="auto" className="min-w-0 flex-1">
                {sentence}
              </span>
              {chosen.includes(at) && <span aria-hidden="true">✓</span>}
            </button>
          </li>
        ))}
      </ol>
      <span className="flex gap-2">
        <Button size="sm" shortcut="Enter" onClick={() => evidence(context)}>
          {t("Done")}
        </Button>
        {passages.length > 1 && (
          <Button
            size="sm"
            variant="ghost"
            shortcut="Escape"
            onClick={() => context.store.set({ mode: { ...mode, passage: null } })}
          >
            {t("Another passage")}
          </Button>
        )}
      </span>
    </div>
  );
}

function Missing({ context }: { context: Context }) {
  const { question, item, target, t } = context;
  return (
    <div className={PANEL}>
      <span>{t("What is missing from {{text}}?", { text: targetName(item, target, t) })}</span>
      {question.omissions.map((each, index) => (
        <button
          key={each.name}
          type="button"
          title={each.description || undefined}
          className={PART}
          onClick={() => chooseOmission(context, index)}
        >
          {index < 9 && <KeyOf id={`annotate.spans-category-${index + 1}`} keys={String(index + 1)} />}
          {each.title}
        </button>
      ))}
      <Leave context={context} />
    </div>
  );
}

function Queue({ context, mode }: { context: Context; mode: Extract<Mode, { kind: "queue" }> }) {
  const { question, item, t } = context;
  const first = mode.places[0];
  if (!first) return null;
  const quote = (textOf(item, first.target) ?? "").slice(first.start, first.end);
  return (
    <div className={PANEL}>
      <span>
        {t("What was wrong with “{{quote}}”?", { quote: oneLine(quote) })}{" "}
        <span className="text-muted">
          {t("{{count}} changed passages left; press a category’s key.", { count: mode.places.length })}
        </span>
      </span>
      <span className="sr-only">
        {question.categories.map((each) => titleOf(question, each.name)).join(", ")}
      </span>
      <Button size="sm" shortcut="Enter" onClick={() => skipQueued(context)}>
        {t("Nothing, go on")}
      </Button>
      <Leave context={context} />
    </div>
  );
}
