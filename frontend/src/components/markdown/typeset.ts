/** KaTeX is 80 kB; it is fetched only when the first formula appears. */
type Katex = typeof import("katex").default;

let loading: Promise<Katex> | null = null;

function load(): Promise<Katex> {
  loading ??= Promise.all([import("katex"), import("katex/dist/katex.min.css")]).then(
    ([module]) => module.default,
  );
  return loading;
}

/** Typesets every formula below `root`. A broken one stays readable as its source. */
export async function typeset(root: HTMLElement, stillWanted: () => boolean): Promise<void> {
  if (!root.querySelector("[data-math]")) return;
  const katex = await load();
  if (!stillWanted()) return;
  for (const element of root.querySelectorAll<HTMLElement>("[data-math]")) {
    const display = element.dataset.math === "block";
    katex.render(element.textContent ?? "", element, {
      displayMode: display,
      throwOnError: false,
      trust: false,
      strict: "ignore",
      maxSize: 20,
      maxExpand: 500,
    });
    element.removeAttribute("data-math");
  }
}
