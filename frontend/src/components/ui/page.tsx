import type { ReactNode } from "react";
import { cx } from "@/lib/cx";
import { useDocumentTitle } from "@/lib/use-document-title";
import { Link } from "./link";

interface PageProps {
  title: string;
  /** Where this page hangs: outermost first. */
  trail?: { label: string; to: string }[];
  /** Beside the title: a state badge, a version picker. */
  aside?: ReactNode;
  /** Secondary actions first, the one primary action last. */
  actions?: ReactNode;
  /** Reading pages are narrower. */
  width?: "wide" | "reading";
  children: ReactNode;
}

/** Breadcrumb, title, actions, content: the frame of every page. */
export function Page({ title, trail = [], aside, actions, width = "wide", children }: PageProps) {
  useDocumentTitle(title);
  return (
    <div
      className={cx(
        "mx-auto w-full px-4 pt-4 pb-16 sm:px-6",
        width === "wide" ? "max-w-[1440px]" : "max-w-[960px]",
      )}
    >
      {trail.length > 0 && (
        <nav aria-label="Breadcrumb" className="mb-1 text-sm">
          <ol className="flex flex-wrap gap-1.5 text-muted">
            {trail.map((step) => (
              <li
                key={step.to}
                className="not-last:after:ml-1.5 not-last:after:text-faint not-last:after:content-['/']"
              >
                <Link to={step.to} className="text-muted">
                  {step.label}
                </Link>
              </li>
            ))}
          </ol>
        </nav>
      )}
      <div className="mb-4 flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="flex min-w-[min(100%,14rem)] flex-1 flex-wrap items-center gap-x-3 gap-y-1">
          <h1 className="min-w-0 text-xl break-words">{title}</h1>
          {aside}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
      {children}
    </div>
  );
}

/** A titled part of a page, set off by a hairline. */
export function Section({
  title,
  actions,
  children,
}: {
  title: string;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className="mt-8 first:mt-0">
      <div className="mb-2 flex flex-wrap items-center gap-3">
        <h2 className="flex-1 text-base">{title}</h2>
        {actions}
      </div>
      {children}
    </section>
  );
}

/** A row of figures: label above, number below. */
export function Figures({ items }: { items: { label: string; value: ReactNode; note?: ReactNode }[] }) {
  return (
    <dl className="flex flex-wrap gap-x-8 gap-y-3">
      {items.map((item) => (
        <div key={item.label}>
          <dt className="text-xs text-muted">{item.label}</dt>
          <dd className="num text-lg font-medium">{item.value}</dd>
          {item.note && <dd className="text-xs text-muted">{item.note}</dd>}
        </div>
      ))}
    </dl>
  );
}
