import { Outlet, Link as RouterLink } from "@tanstack/react-router";
import { createContext, lazy, type ReactNode, Suspense, useContext, useState } from "react";
import { createPortal } from "react-dom";
import { useT } from "@/lib/i18n";
import { paths } from "@/lib/paths";
import { whenQuiet } from "@/lib/when-quiet";
import { Logo } from "./logo";
import { SkipLink } from "./skip-link";

/** Not needed for the first item: they come a moment later, so that it comes sooner. */
const MeMenu = lazy(() => whenQuiet().then(async () => ({ default: (await import("./me-menu")).MeMenu })));
const MentionsMenu = lazy(() =>
  whenQuiet().then(async () => ({ default: (await import("./mentions-menu")).MentionsMenu })),
);

const BarContext = createContext<HTMLElement | null>(null);

/** The quiet frame for labelling: one bar that the page itself fills, and the page. */
export function AnnotatorFrame() {
  const t = useT();
  const [bar, setBar] = useState<HTMLElement | null>(null);
  return (
    <BarContext.Provider value={bar}>
      <div className="flex min-h-dvh flex-col">
        <SkipLink />
        <header className="sticky top-0 z-20 flex min-h-12 items-center gap-3 border-b border-line bg-canvas px-4 max-sm:gap-1 max-sm:px-2">
          <RouterLink
            to={paths.annotate()}
            aria-label={t("My campaigns")}
            className="inline-flex rounded-md p-1"
          >
            <Logo />
          </RouterLink>
          <div ref={setBar} className="flex min-w-0 flex-1 items-center gap-3 max-sm:gap-1" />
          <Suspense fallback={<span className="size-8 shrink-0" />}>
            <MentionsMenu />
            <MeMenu quiet />
          </Suspense>
        </header>
        <main id="content" tabIndex={-1} className="flex flex-1 flex-col outline-none">
          <Outlet />
        </main>
      </div>
    </BarContext.Provider>
  );
}

/** Content for the annotator frame's bar: campaign name, progress, guidelines, help. */
export function AnnotatorBar({ children }: { children: ReactNode }) {
  const bar = useContext(BarContext);
  return bar ? createPortal(children, bar) : null;
}
