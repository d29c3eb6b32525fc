import { Markdown } from "@/components/markdown";
import { t } from "@/lib/i18n";
import { loadable } from "@/lib/loadable";
import { shortenSentence, tooMany } from "../drafted-text";
import type { PaneProps, QuestionModule } from "../module";
import { countCodePoints } from "../offsets";
import type { RationaleAnswer, RationaleQuestion } from "../types";
import { linkStore, loadLinkPane } from "./link-store";
import { RationaleDock } from "./rationale-dock";

type Pane = PaneProps<RationaleQuestion, RationaleAnswer>;

const Plain = ({ text }: Pane) => <Markdown text={text} />;
/** A text whose words are being chosen for a link. */
const LinkPane = loadable<Pane>(loadLinkPane, Plain);

/** Long enough and not too long, and not nothing: with reasons to choose from, one of them is enough where no length is asked for. */
function isComplete(question: RationaleQuestion, answer: RationaleAnswer | undefined): boolean {
  if (!answer || tooMany(answer.text, question.max_chars) > 0) return false;
  const written = countCodePoints(answer.text.trim());
  if (question.min_chars > 0) return written >= question.min_chars;
  return written > 0 || answer.reasons.length > 0;
}

export const rationale: QuestionModule<RationaleQuestion, RationaleAnswer> = {
  isAnswered: (question, answer) => isComplete(question, answer),
  clean: (_question, answer) => answer,
  takesKeys: (question) => question.reasons.length > 0,
  missingSentence: (question, answer) => {
    const over = tooMany(answer?.text ?? "", question.max_chars);
    if (over > 0) return shortenSentence(question, over);
    const count = question.min_chars - countCodePoints((answer?.text ?? "").trim());
    return count > 0
      ? t("“{{title}}”: write at least {{count}} more characters.", { title: question.title, count })
      : t("Answer “{{title}}” first.", { title: question.title });
  },
  facts: (_question, answer) => ({ characters: countCodePoints(answer.text), reasons: answer.reasons }),
  Dock: RationaleDock,
  PaneBody: LinkPane,
  paneWanted: (question, item) => {
    const store = linkStore(item.id, question.name);
    return { subscribe: store.subscribe, get: () => store.get().linking !== null };
  },
};
