import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { describe, expect, it } from "vitest";

const SRC = join(import.meta.dirname, "..");

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sources(path);
    return /\.tsx?$/.test(name) ? [path] : [];
  });
}

/** What a file imports, as paths below src ("features/jobs/…", "lib/format"). */
function importsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)]
    .map((match) => match[1] ?? "")
    .map((name) => {
      if (name.startsWith("@/")) return name.slice(2);
      if (name.startsWith("."))
        return relative(SRC, join(file, "..", name))
          .split(sep)
          .join("/");
      return "";
    })
    .filter(Boolean);
}

const files = sources(SRC).map((path) => ({
  name: relative(SRC, path).split(sep).join("/"),
  imports: importsOf(path),
}));

function offenders(from: RegExp, refused: (name: string, imported: string) => boolean): string[] {
  return files
    .filter((file) => from.test(file.name))
    .flatMap((file) =>
      file.imports.filter((each) => refused(file.name, each)).map((each) => `${file.name} → ${each}`),
    );
}

/** What questions and answers look like is known everywhere; the kit is what a form can be tried out with. */
const SHARED = new Set([
  "features/annotate/questions/types",
  "features/annotate/kit",
  "features/annotate/readers",
]);

describe("imports", () => {
  it("never go from one feature to another, but for what the annotation page shares", () => {
    const featureOf = (name: string) => name.split("/")[1];
    expect(
      offenders(
        /^features\//,
        (name, each) =>
          each.startsWith("features/") && featureOf(each) !== featureOf(name) && !SHARED.has(each),
      ),
    ).toEqual([]);
  });

  it("let features take only their parent routes and the annotator bar from the app", () => {
    const allowed = new Set(["app/roots", "app/frame/annotator-frame"]);
    expect(offenders(/^features\//, (_name, each) => each.startsWith("app/") && !allowed.has(each))).toEqual(
      [],
    );
  });

  it("never go upwards from shared code, but for the shapes of questions and answers", () => {
    const types = "features/annotate/questions/types";
    expect(
      offenders(
        /^(lib|components|actions)\//,
        (_name, each) => /^(app|features)\//.test(each) && each !== types,
      ),
    ).toEqual([]);
    expect(offenders(/^lib\//, (_name, each) => /^(components|actions)\//.test(each))).toEqual([]);
  });

  it("are found at all, so that the rules above mean something", () => {
    expect(files.flatMap((file) => file.imports).length).toBeGreaterThan(100);
  });
});
