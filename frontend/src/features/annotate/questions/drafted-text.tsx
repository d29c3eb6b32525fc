import { Button } from "@/components/ui";
import type { Item } from "@/lib/api/types";
import { t, useT } from "@/lib/i18n";
import { decide, draftedStore, TEXT, useDrafted } from "./drafted";
import { KeyOf } from "./key-of";
import { countCodePoints } from "./offsets";

interface Props {
  item: Item;
  question: { name: string };
  /** Undefined while none is offered. */
  draft: string | undefined;
  /** The page's key presses the button. */
  draftKey?: boolean | undefined;
  /** Puts the whole draft into the field. */
  onUse(): void;
}

/** What somebody wrote and the draft behind it, so that neither what they wrote nor its links change. */
export function withDraft(written: string, draft: string): string {
  return written.trim() ? `${written}\n\n${draft}` : draft;
}

/** Offers a drafted text once. */
export function UseDraft({ item, question, draft, draftKey, onUse }: Props) {
  const t = useT();
  const decisions = draftedStore(item.id, question.name);
  const isDecided = useDrafted(decisions).decided[TEXT] !== undefined;
  if (draft === undefined || isDecided) return null;
  return (
    <Button
      size="sm"
      className="shrink-0"
      title={draft}
      data-use-draft=""
      onClick={() => {
        onUse();
        decide(decisions, [TEXT], "accepted");
      }}
    >
      {draftKey && <KeyOf id="annotate.draft-use" keys="y" />} {t("Use draft")}
    </Button>
  );
}

/** How many characters a text has too many; a draft may, and is never cut. */
export function tooMany(text: string, most: number): number {
  return Math.max(0, countCodePoints(text) - most);
}

/** Said below a field that holds more than may be sent; what is typed stops at the limit, so only drafts bring it up. */
export function TooMany({ count }: { count: number }) {
  const t = useT();
  return (
    <p className="text-sm text-danger empty:hidden" aria-live="polite">
      {count > 0 && t("{{count}} characters too many", { count })}
    </p>
  );
}

/** Why an answer that is too long is not sent. */
export function shortenSentence(question: { title: string }, count: number): string {
  return t("“{{title}}”: take away at least {{count}} characters.", { title: question.title, count });
}
