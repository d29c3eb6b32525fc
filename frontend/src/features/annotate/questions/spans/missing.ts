import type { Item } from "@/lib/api/types";
import { t } from "@/lib/i18n";
import { targetName } from "../targets";
import type { SpansAnswer, SpansQuestion } from "../types";
import { lackingEvidence, openTargets } from "./answer";
import { oneLine, titleOf } from "./labels";

/** What keeps the answer from being sent, in one sentence. */
export function missingWords(question: SpansQuestion, answer: SpansAnswer, item: Item): string {
  const [mark] = lackingEvidence(question, answer);
  if (mark) {
    return t("Point to the evidence for {{category}} “{{quote}}”, with v.", {
      category: titleOf(question, mark.category),
      quote: oneLine(mark.quote, 40),
    });
  }
  const texts = openTargets(question, answer, item).map((target) => targetName(item, target, t));
  return t("Mark what is wrong, or press 0 for “No errors found”: {{texts}}.", { texts: texts.join(", ") });
}
