import { readFileSync } from "node:fs";
import { fileURLToPath, URL } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const backend = process.env.PLUMBLINE_BACKEND ?? "http://127.0.0.1:8000";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The sign-in pages are Django's; they need the tokens and the typeface at names without a hash. */
function signInStyles(): Plugin {
  return {
    name: "sign-in-styles",
    apply: "build",
    generateBundle() {
      const css = ["src/app/tokens.css", "src/app/auth.css"]
        .map((path) => readFileSync(here(path), "utf8"))
        .join("\n");
      this.emitFile({ type: "asset", fileName: "auth.css", source: css });
      const font = here("node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2");
      this.emitFile({ type: "asset", fileName: "fonts/inter.woff2", source: readFileSync(font) });
    },
  };
}

// Django serves dist/index.html for every page of the app and dist/ itself under /static/app/.
export default defineConfig(({ command }) => ({
  base: command === "build" ? "/static/app/" : "/",
  plugins: [react(), tailwindcss(), signInStyles()],
  resolve: {
    alias: {
      "@": here("src"),
      // The browser has its own table of named characters; see the file.
      entities: here("src/lib/html-entities.ts"),
      // Its browser build decodes through the page's document, which the worker that cuts long texts has not.
      "decode-named-character-reference": here("node_modules/decode-named-character-reference/index.js"),
    },
  },
  build: {
    outDir: "dist",
    manifest: true,
    sourcemap: true,
    target: "es2022",
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      // Whoever takes a button from `@/components/ui` does not load the menus beside it.
      treeshake: { moduleSideEffects: [{ test: /\/src\/(?!main\.tsx).*\.tsx?$/, sideEffects: false }] },
    },
  },
  server: {
    port: 5173,
    proxy: Object.fromEntries(["/api", "/accounts", "/healthz", "/readyz"].map((path) => [path, backend])),
  },
  test: {
    environment: "jsdom",
    setupFiles: ["src/test/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
    restoreMocks: true,
  },
}));
