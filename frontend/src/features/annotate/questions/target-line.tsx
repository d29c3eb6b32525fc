import type { ReactNode } from "react";
import { cx } from "@/lib/cx";
import { useT } from "@/lib/i18n";
import type { QuestionProps } from "./module";
import { ITEM } from "./per-target";
import { targetName } from "./targets";
import type { Target } from "./types";

interface Props {
  item: QuestionProps["item"];
  target: Target;
  /** The keys answer this one now. */
  current: boolean;
  /** There is no other to tell it from. */
  single?: boolean;
  onChoose: () => void;
  children: ReactNode;
}

/** The controls of one text within a question that asks about several. */
export function TargetLine({ item, target, current, single, onChoose, children }: Props) {
  const t = useT();
  const buttons = "flex min-w-0 flex-wrap gap-1.5 max-sm:flex-1 max-sm:*:flex-1";
  if (target === ITEM) return <div className={buttons}>{children}</div>;
  const name = targetName(item, target, t);
  return (
    <fieldset
      aria-label={name}
      onFocusCapture={() => !current && onChoose()}
      className="flex min-w-0 items-center gap-2 max-sm:justify-between"
    >
      {!single && (
        <span
          aria-hidden="true"
          className={cx("flex min-w-18 text-sm", current ? "font-medium text-accent-text" : "text-muted")}
        >
          <span className="w-3.5">{current && "▸"}</span>
          {name}
        </span>
      )}
      <span className={buttons}>{children}</span>
    </fieldset>
  );
}
