/** KaTeX is 80 kB; it is fetched only when the first formula appears. */
type Katex = typeof import("katex").default;

let loading: Promise<Katex> | null = null;

function loadKatex(): Promise<Katex> {
  loading ??= Promise.all([import("katex"), import("katex/dist/katex.min.css")]).then(
    ([module]) => module.default,
  );
  return loading;
}

/** Nothing in a formula may run, load or grow without bound; a broken one is shown as its source. */
const SAFE = { throwOnError: false, trust: false, strict: "ignore", maxSize: 20, maxExpand: 500 } as const;

/** A formula as HTML, for those who place it themselves. */
export async function formulaHtml(tex: string, display: boolean): Promise<string> {
  const katex = await loadKatex();
  return katex.renderToString(tex, { ...SAFE, displayMode: display });
}

/** So long may one stretch of typesetting hold up scrolling and keys. */
const SLICE_MS = 8;

/** Typesets every formula below `root`, a few at a time. A broken one stays readable as its source. */
export async function typeset(root: HTMLElement, stillWanted: () => boolean): Promise<void> {
  if (!root.querySelector("[data-math]")) return;
  const groups = root.querySelectorAll<HTMLElement>(":scope > .prose-group");
  const katex = await loadKatex();
  if (!stillWanted()) return;
  if (groups.length > 0) whenNear(groups, (group) => void typesetWithin(katex, group, stillWanted));
  else await typesetWithin(katex, root, stillWanted);
}

/** Calls `act` once for each element, when it comes within a screen or two of the sight. */
function whenNear(elements: Iterable<HTMLElement>, act: (element: HTMLElement) => void): void {
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        observer.unobserve(target);
        act(target as HTMLElement);
      }
    },
    { rootMargin: "1500px 0px" },
  );
  for (const element of elements) observer.observe(element);
}

async function typesetWithin(katex: Katex, root: HTMLElement, stillWanted: () => boolean): Promise<void> {
  let since = performance.now();
  for (const element of root.querySelectorAll<HTMLElement>("[data-math]")) {
    if (performance.now() - since > SLICE_MS) {
      await new Promise((resolve) => setTimeout(resolve));
      if (!stillWanted()) return;
      since = performance.now();
    }
    const display = element.dataset.math === "block";
    katex.render(element.textContent ?? "", element, { ...SAFE, displayMode: display });
    element.removeAttribute("data-math");
  }
}
