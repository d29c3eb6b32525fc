// Runs before the first paint so that a chosen theme never flashes. Shared by the app and the sign-in pages.
(() => {
  try {
    const chosen = localStorage.getItem("plumbline.theme");
    if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
  } catch {
    // Storage can be blocked; the system's preference applies then.
  }
})();
