/** Kinds of signals in words: what they are about, what one value belongs to, and what computing them needs. */
import { formatCount } from "@/lib/format";
import type { SignalKind } from "./types";

const UNITS: Record<string, [string, string]> = {
  response: ["response", "responses"],
  pair: ["pair", "pairs"],
  record: ["record", "records"],
};

export const LEVEL_NAMES: Record<string, string> = { response: "Response", pair: "Pair", record: "Record" };

export const LEVELS: Record<string, string> = {
  response: "One value for each response",
  pair: "One value for each labelled pair",
  record: "One value for each record",
};

/** "2,400 responses", "1 pair". */
export function unitsOf(level: string, count: number): string {
  const [one, many] = UNITS[level] ?? ["row", "rows"];
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

export const needsOf = (kind: SignalKind): string =>
  kind.queue === "ml" ? "Runs on the ml worker" : "Runs on any worker";

interface Group {
  title: string;
  /** Beginnings of the words that a kind's name is made of. */
  words: string[];
}

const GROUPS: Group[] = [
  {
    title: "People’s labels",
    words: ["human", "vote", "annotat", "people", "dawid", "adjudicat", "agreement"],
  },
  { title: "Order for budgets", words: ["fifa", "optimal", "curriculum", "order"] },
  {
    title: "Similarity",
    words: [
      "embed",
      "dup",
      "near",
      "minhash",
      "simil",
      "cosine",
      "cluster",
      "map",
      "neighbo",
      "knn",
      "contam",
      "diver",
    ],
  },
  {
    title: "Models",
    words: [
      ...[
        "reward",
        "r01",
        "ensemble",
        "margin",
        "likeli",
        "implicit",
        "legend",
        "dropout",
        "cross",
        "noise",
        "model",
      ],
      ...["judge", "dpo", "cdr", "density", "pool", "difficult", "dynamics", "uncertain", "rank"],
    ],
  },
  {
    title: "Text",
    words: [
      ...[
        "text",
        "length",
        "word",
        "token",
        "lang",
        "read",
        "refus",
        "pii",
        "secret",
        "toxic",
        "profan",
        "code",
      ],
      ...["math", "quote", "style", "prompt", "format", "sound", "personal", "measure"],
    ],
  },
];
const ORDER = ["People’s labels", "Models", "Text", "Similarity", "Order for budgets", "Other"];

/** By the kind's name; one that says nothing belongs to the models when it runs on the ml worker. */
function groupOf(kind: SignalKind): string {
  const words = kind.kind.toLowerCase().split(/[^a-z0-9]+/);
  const found = GROUPS.find((group) =>
    group.words.some((start) => words.some((word) => word.startsWith(start))),
  );
  return found?.title ?? (kind.queue === "ml" ? "Models" : kind.level === "record" ? "Text" : "Other");
}

/** Kinds by what they are about, in the server's order within a group; `filter` leaves those that contain it. */
export function groupKinds(kinds: SignalKind[], filter = ""): { title: string; kinds: SignalKind[] }[] {
  const wanted = filter.trim().toLowerCase();
  const left = kinds.filter((kind) =>
    [kind.kind, kind.title, kind.description, ...kind.columns.map((column) => column.title)]
      .join(" ")
      .toLowerCase()
      .includes(wanted),
  );
  return ORDER.map((title) => ({ title, kinds: left.filter((kind) => groupOf(kind) === title) })).filter(
    (group) => group.kinds.length > 0,
  );
}
