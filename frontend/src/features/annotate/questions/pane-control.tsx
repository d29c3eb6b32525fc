import type { ReactNode, Ref } from "react";
import { cx } from "@/lib/cx";
import { useT } from "@/lib/i18n";

interface Props {
  /** The question's title, in which several questions' controls differ. */
  title: string;
  /** The keys answer for this text now. */
  current: boolean;
  ref: Ref<HTMLSpanElement>;
  children: ReactNode;
}

/** A question's small control in the heading of a text. */
export function PaneControl({ title, current, ref, children }: Props) {
  const t = useT();
  return (
    <span ref={ref} title={title} className="inline-flex items-center gap-1">
      {current && (
        <span className="text-accent-text" title={t("Keys answer for this text now")}>
          <span aria-hidden="true">▸</span>
          <span className="sr-only">{t("Keys answer for this text now")}</span>
        </span>
      )}
      {children}
    </span>
  );
}

interface ButtonProps {
  /** Said by screen readers: what is chosen, and for which text. */
  name: string;
  chosen: boolean;
  onChoose: () => void;
  children: ReactNode;
}

export function PaneButton({ name, chosen, onChoose, children }: ButtonProps) {
  return (
    <button
      type="button"
      aria-pressed={chosen}
      aria-label={name}
      title={name}
      onClick={(event) => {
        if (event.detail > 0) event.currentTarget.blur();
        onChoose();
      }}
      className={cx(
        "num inline-flex h-6 min-w-6 items-center justify-center gap-1 rounded-sm border px-1 text-sm pointer-coarse:h-9 pointer-coarse:min-w-9",
        chosen
          ? "border-accent bg-accent-soft text-accent-text"
          : "border-transparent text-muted hover:bg-sunken hover:text-fg",
      )}
    >
      {children}
    </button>
  );
}
