/** The aspects a rubric rates, as they are edited: names of built-in ones, and aspects of the project's own. */

/** What an aspect of the project's own has besides is kept as it is. */
export interface OwnAspect extends Record<string, unknown> {
  name: string;
  title: string;
  description: string;
  /** What each grade from 1 to 5 means. */
  anchors: string[];
  allow_na?: boolean;
}

export type Aspects = (string | OwnAspect)[];

export const GRADES = [1, 2, 3, 4, 5];

/** Aspects that stand in a form as JSON; null for what is no list of them. */
export function aspectsIn(json: string): Aspects | null {
  try {
    const found: unknown = JSON.parse(json);
    return Array.isArray(found) && found.every(isAspect) ? found : null;
  } catch {
    return null;
  }
}

function isAspect(value: unknown): value is string | OwnAspect {
  if (typeof value === "string") return true;
  return typeof value === "object" && value !== null && "title" in value && "anchors" in value;
}

export const ownOf = (aspects: Aspects): OwnAspect[] => aspects.filter((each) => typeof each !== "string");

export const BLANK: OwnAspect = { name: "", title: "", description: "", anchors: ["", "", "", "", ""] };

/** With a built-in aspect in or out, in the order of the built-in ones; the project's own follow. */
export function withBuiltIn(aspects: Aspects, builtIn: string[], name: string, on: boolean): Aspects {
  const kept = builtIn.filter((each) => (each === name ? on : aspects.includes(each)));
  return [...kept, ...ownOf(aspects)];
}

/** With the project's own ones changed; each is named by its title, so that its column can be told from others. */
export function withOwn(aspects: Aspects, own: OwnAspect[]): Aspects {
  const builtIn = aspects.filter((each) => typeof each === "string");
  return [...builtIn, ...own.map((each) => ({ ...each, name: each.name || nameOf(each.title) }))];
}

/** "Tone of voice" → "tone_of_voice"; what has no letter of the alphabet gets a name all the same. */
export function nameOf(title: string): string {
  const plain = title
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[^a-z]+|_+$/g, "");
  return plain.slice(0, 40) || (title.trim() === "" ? "" : "aspect");
}

/** What is missing, in one sentence; null when it can be sent. */
export function aspectProblem(aspects: Aspects): string | null {
  if (aspects.length === 0) return "Choose at least one aspect.";
  const own = ownOf(aspects);
  const bad = own.findIndex(
    (each) => !each.title.trim() || !each.description.trim() || each.anchors.some((text) => !text.trim()),
  );
  if (bad >= 0) return `Your aspect ${bad + 1} needs a title, a description and all five grades.`;
  const names = [...aspects.map((each) => (typeof each === "string" ? each : each.name))];
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  return twice ? `Two aspects are called “${twice}”; give one another title.` : null;
}
