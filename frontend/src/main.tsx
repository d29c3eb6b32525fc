import "@/app/styles.css";
import { setNonce } from "get-nonce";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "@/app/app";
import { startI18n } from "@/lib/i18n";

// Scroll locking of open dialogs adds a style element; under our policy it must carry this response's nonce.
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content;
if (nonce && !nonce.startsWith("__")) setNonce(nonce);

// After an update of the server the files of the old build are gone: load the new one, but never in a loop.
window.addEventListener("vite:preloadError", (event) => {
  const last = Number(sessionStorage.getItem("plumbline.reloaded-at") ?? 0);
  if (Date.now() - last < 30_000) return;
  sessionStorage.setItem("plumbline.reloaded-at", String(Date.now()));
  event.preventDefault();
  window.location.reload();
});

const root = document.getElementById("root");
if (root) {
  // The catalogue is one small file; without waiting for it the page would change its language under the reader.
  void startI18n().finally(() =>
    createRoot(root).render(
      <StrictMode>
        <App />
      </StrictMode>,
    ),
  );
}
