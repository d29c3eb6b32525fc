import { type ReactNode, useState } from "react";
import { Button } from "@/components/ui/button";

/** Title, chart, and the same numbers as a table for those who cannot or would not read a picture. */
export function ChartFigure({
  title,
  readout,
  table,
  children,
}: {
  title: string;
  readout?: ReactNode;
  table: ReactNode;
  children: ReactNode;
}) {
  const [asTable, setAsTable] = useState(false);
  return (
    <figure className="min-w-0">
      <figcaption className="mb-1 flex min-h-7 items-center gap-3">
        <span className="font-medium">{title}</span>
        <span className="num min-w-0 flex-1 truncate text-sm text-muted">{!asTable && readout}</span>
        <Button
          size="sm"
          variant="ghost"
          icon={asTable ? "chart" : "table"}
          aria-label={asTable ? `View ${title} as chart` : `View ${title} as table`}
          onClick={() => setAsTable(!asTable)}
        >
          {asTable ? "Chart" : "Table"}
        </Button>
      </figcaption>
      {asTable ? (
        // Long tables scroll, so that the keyboard must get there.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: see above.
        <section tabIndex={0} aria-label={`${title} as table`} className="max-h-[260px] overflow-y-auto">
          {table}
        </section>
      ) : (
        children
      )}
    </figure>
  );
}
