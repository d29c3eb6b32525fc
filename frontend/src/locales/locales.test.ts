import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import en from "./en.json";

type Catalogue = Record<string, string>;

const HERE = import.meta.dirname;
const SRC = join(HERE, "..");
const PLURAL = /_(zero|one|two|few|many|other)$/;

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sources(path);
    return /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name) ? [path] : [];
  });
}

function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}

/** Every sentence that is translated, t("…"), or marked to be translated where it is shown, msg("…"). */
function sentences(): Set<string> {
  const literal = /(?<![\w$])(?:t|msg)\(\s*"((?:[^"\\\n]|\\.)*)"/g;
  return new Set(
    sources(SRC).flatMap((path) =>
      [...withoutComments(readFileSync(path, "utf8")).matchAll(literal)].map(
        (match) => JSON.parse(`"${match[1]}"`) as string,
      ),
    ),
  );
}

const used = sentences();
const counted = [...used].filter((text) => text.includes("{{count}}"));
const locales = readdirSync(HERE).filter((name) => name.endsWith(".json") && name !== "en.json");
const read = (name: string) => JSON.parse(readFileSync(join(HERE, name), "utf8")) as Catalogue;
const parts = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort();
const formsOf = (locale: string) => new Intl.PluralRules(locale).resolvedOptions().pluralCategories;

describe("the English catalogue", () => {
  it("has both forms of every sentence with a count, and nothing else", () => {
    expect(Object.keys(en).sort()).toEqual(
      counted.flatMap((text) => [`${text}_one`, `${text}_other`]).sort(),
    );
  });
});

describe.each(locales)("%s", (name) => {
  const catalogue = read(name);
  const keys = Object.keys(catalogue);
  const plurals = formsOf(name.replace(".json", ""));

  it("has every sentence that is shown", () => {
    const missing = [...used].flatMap((text) =>
      (text.includes("{{count}}") ? plurals.map((form) => `${text}_${form}`) : [text]).filter(
        (key) => !catalogue[key],
      ),
    );
    expect(missing).toEqual([]);
  });

  it("has none that is not shown", () => {
    expect(keys.filter((key) => !used.has(key) && !used.has(key.replace(PLURAL, "")))).toEqual([]);
  });

  it("has plurals for the same sentences as English", () => {
    const base = (from: string[]) => [
      ...new Set(from.filter((key) => PLURAL.test(key)).map((key) => key.replace(PLURAL, ""))),
    ];
    expect(base(keys).sort()).toEqual(base(Object.keys(en)).sort());
  });

  it("keeps what is filled in", () => {
    const wrong = keys.filter((key) => {
      const wanted = parts(key.replace(PLURAL, ""));
      // "One item" may say its number in words.
      const given = parts(catalogue[key] ?? "");
      return PLURAL.test(key)
        ? given.some((part) => !wanted.includes(part))
        : JSON.stringify(given) !== JSON.stringify(wanted);
    });
    expect(wrong).toEqual([]);
  });
});

describe("sentences", () => {
  it("are found at all, so that the rules above mean something", () => {
    expect(used.size).toBeGreaterThan(150);
    expect(locales).toContain("de.json");
  });
});
