/** As many lines as charts have colours. */
export const MOST_COMPARED = 4;

/** Run ids of an address, such as "3,5". */
export function idsIn(text: string | undefined): number[] {
  const found = (text ?? "").split(",").map(Number);
  return [...new Set(found.filter((id) => Number.isInteger(id) && id > 0))];
}

export const withoutId = (ids: number[], id: number) => ids.filter((each) => each !== id);

/** The oldest choice gives way where there are too many. */
export const withId = (ids: number[], id: number) => [...withoutId(ids, id), id].slice(-MOST_COMPARED);

export const toggledId = (ids: number[], id: number) =>
  ids.includes(id) ? withoutId(ids, id) : withId(ids, id);
