import { useT } from "@/lib/i18n";
import type { PaneProps } from "../module";
import { PaneControl } from "../pane-control";
import type { RatingsAnswer, RatingsQuestion } from "../types";
import { usePaneCursor } from "../use-cursor";
import { cellsOf, fromPlace, isRated, placeOf, placesOf, ratedTargets } from "./cells";

/** How much of a response is rated, beside its heading. Going to the response takes the keys to its ratings. */
export function RatingsHeader(props: PaneProps<RatingsQuestion, RatingsAnswer>) {
  const { question, answer = {}, item, target } = props;
  const t = useT();
  const places = placesOf(question, item);
  const isDone = (place: string) => isRated(answer, place);
  const names = cellsOf(question, item).map((cell) => cell.name);
  const { current, place } = usePaneCursor({
    ...props,
    places,
    isDone,
    targetOf: (each) => fromPlace(each).target,
    placeFor: (at) => {
      if (fromPlace(at).target === target) return at ?? "";
      const open = names.find((name) => !isDone(placeOf(target, name)));
      return placeOf(target, open ?? names[0] ?? "");
    },
  });
  if (!ratedTargets(question, item).includes(target)) return null;
  const done = names.filter((name) => isDone(placeOf(target, name))).length;
  return (
    <PaneControl title={question.title} current={current} ref={place}>
      <span className="num text-sm text-muted">
        {t("{{done}} of {{total}} rated", { done, total: names.length })}
      </span>
    </PaneControl>
  );
}
