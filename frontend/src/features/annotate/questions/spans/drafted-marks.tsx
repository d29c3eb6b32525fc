import { useEffect } from "react";
import { useActions } from "@/actions";
import { Button } from "@/components/ui";
import { decide, draftedStore, useDrafted } from "../drafted";
import { KeyOf } from "../key-of";
import type { SpansAnswer } from "../types";
import { type Context, store } from "./context";
import { accepted, type DraftedEntry, replacedBy, waiting } from "./drafted";
import { oneLine, targetName, titleOf } from "./labels";

interface Props {
  context: Context;
  draft: SpansAnswer;
  active: boolean;
  onActivate(): void;
}

/**
 * Drafted marks one by one, to be taken or left; nothing of them is in the answer before. They come up next after the
 * first pass, which would have moved the keys to another question.
 */
export function DraftedMarks({ context, draft, active, onActivate }: Props) {
  const { question, answer, item, t } = context;
  const decisions = draftedStore(item.id, question.name);
  const entries = waiting(draft, answer, useDrafted(decisions));
  const first = entries[0];
  const isWaiting = first !== undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once when they come up, not whenever the page is drawn.
  useEffect(() => {
    if (isWaiting) onActivate();
  }, [isWaiting]);

  const goOnAfter = (count: number) => {
    if (count === entries.length) context.onDone();
  };
  const take = (chosen: readonly DraftedEntry[]) => {
    store(context, chosen.reduce(accepted, answer));
    decide(
      decisions,
      chosen.map((entry) => entry.id),
      "accepted",
    );
    goOnAfter(chosen.length);
  };
  const takeFirst = () => first && take([first]);
  const leaveFirst = () => {
    if (!first) return;
    decide(decisions, [first.id], "rejected");
    goOnAfter(1);
  };
  const takeAll = () => take(entries.filter((entry) => replacedBy(answer, entry).length === 0));

  const group = t("Spans");
  const when = () => active && isWaiting;
  useActions([
    {
      id: "annotate.draft-accept",
      label: t("Accept the drafted mark"),
      keys: ["y"],
      group,
      keyOnly: true,
      when,
      run: takeFirst,
    },
    {
      id: "annotate.draft-reject",
      label: t("Reject the drafted mark"),
      keys: ["u"],
      group,
      keyOnly: true,
      when,
      run: leaveFirst,
    },
    {
      id: "annotate.draft-accept-all",
      label: t("Accept all drafted marks"),
      keys: ["Shift+y"],
      group,
      keyOnly: true,
      when,
      run: takeAll,
    },
  ]);

  if (!first) return null;
  const isMark = "mark" in first;
  const { target, category } = isMark ? first.mark : first.omission;
  const replaced = replacedBy(answer, first)[0];
  return (
    <fieldset className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-md bg-accent-soft px-2 py-1 text-sm">
      <legend className="sr-only">{t("Drafted marks")}</legend>
      <span className="font-medium">{t("{{count}} drafted marks", { count: entries.length })}</span>
      <span className="min-w-0 max-w-[60ch] truncate">
        <span className="text-muted">{targetName(item, target, t)}:</span> {titleOf(question, category)}{" "}
        {isMark && <bdi dir="auto">“{oneLine(first.mark.quote, 40)}”</bdi>}
      </span>
      {replaced && (
        <span className="text-warn">
          {t("Takes the place of “{{quote}}”.", { quote: oneLine(replaced.quote, 40) })}
        </span>
      )}
      <span className="flex items-center gap-1">
        <Button size="sm" onClick={takeFirst}>
          {active && <KeyOf id="annotate.draft-accept" keys="y" />} {t("Accept")}
        </Button>
        <Button size="sm" variant="ghost" onClick={leaveFirst}>
          {active && <KeyOf id="annotate.draft-reject" keys="u" />} {t("Reject")}
        </Button>
        {entries.length > 1 && (
          <Button size="sm" variant="ghost" onClick={takeAll}>
            {active && <KeyOf id="annotate.draft-accept-all" keys="Shift+y" />} {t("Accept all")}
          </Button>
        )}
      </span>
    </fieldset>
  );
}
