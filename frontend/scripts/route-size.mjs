/**
 * How much JavaScript a route loads before anything lazy: `node scripts/route-size.mjs [dist] [source …]` prints the
 * gzipped KiB of the static import closure of the entry and of the given sources, from Vite's manifest. Without
 * arguments: `dist` and the annotation page. Exits with 1 above the limit.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const LIMIT_KIB = 250;
const [dist = "dist", ...asked] = process.argv.slice(2);
const wanted = asked.length > 0 ? asked : ["src/features/annotate/label-page.tsx"];

const manifest = JSON.parse(readFileSync(join(dist, ".vite/manifest.json"), "utf8"));

/** Adds a chunk and everything it imports statically; `dynamicImports` come later and do not count. */
function closure(name, found) {
  const chunk = manifest[name];
  if (!chunk) throw new Error(`The manifest has no ${name}; build first, with build.manifest on.`);
  if (found.has(chunk.file)) return found;
  found.add(chunk.file);
  for (const each of chunk.imports ?? []) closure(each, found);
  return found;
}

const files = new Set();
for (const name of ["index.html", ...wanted]) closure(name, files);
const sizes = [...files]
  .filter((file) => file.endsWith(".js"))
  .map((file) => ({ file, kib: gzipSync(readFileSync(join(dist, file)), { level: 9 }).length / 1024 }))
  .sort((a, b) => b.kib - a.kib);
const total = sizes.reduce((sum, { kib }) => sum + kib, 0);

for (const { file, kib } of sizes) console.error(`${kib.toFixed(1).padStart(8)} KiB  ${file}`);
console.log(JSON.stringify({ page_js_kib_gz: Math.round(total * 10) / 10 }));
process.exitCode = total > LIMIT_KIB ? 1 : 0;
