import type { Item } from "@/lib/api/types";
import { useT } from "@/lib/i18n";
import { useSideNames } from "../side-names";

/** One picture of the item, with the words that name it. */
export interface Picture {
  url: string;
  /** "Image 1 of the First response". */
  name: string;
}

/** The pictures of one response or turn, named for screen readers, and those of the whole item. */
export function usePictures(item: Item) {
  const t = useT();
  const names = useSideNames();
  const ofResponse = (index: number): Picture[] =>
    (item.responses[index]?.images ?? []).map((url, at) => ({
      url,
      name: t("Image {{number}} of the {{response}}", { number: at + 1, response: names.full(index) }),
    }));
  const ofTurn = (index: number): Picture[] =>
    (item.prompt[index]?.images ?? []).map((url, at) => ({
      url,
      name: t("Image {{number}} of the prompt", { number: at + 1 }),
    }));
  /** Everything a picture can be compared with: the responses' first, then the prompt's. */
  const all = () => [
    ...item.responses.flatMap((_, index) => ofResponse(index)),
    ...item.prompt.flatMap((_, index) => ofTurn(index)),
  ];
  return { ofResponse, ofTurn, all };
}
