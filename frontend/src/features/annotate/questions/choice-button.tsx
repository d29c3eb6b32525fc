import type { ReactNode } from "react";
import { cx } from "@/lib/cx";
import { KeyOf } from "./key-of";

interface Props {
  label: string;
  icon?: ReactNode;
  chosen: boolean;
  onChoose: () => void;
  /** The action that does the same, and its default key: the person's own is printed while it works. */
  action?: string;
  keyShown?: string | undefined;
  /** Said by screen readers where the label is short. */
  description?: string;
  /** Stands a little off from the buttons before it. */
  apart?: boolean;
  /** Others may be chosen beside it: an empty box instead of a circle. */
  several?: boolean;
}

/**
 * One of several answers; looks the same in every type of question. Key, tick and empty circle take the same place,
 * so that nothing moves sideways when a question becomes active or gets its answer.
 */
export function ChoiceButton(props: Props) {
  const { label, icon, chosen, onChoose, action, keyShown, description, apart, several } = props;
  return (
    <button
      type="button"
      aria-pressed={chosen}
      aria-keyshortcuts={keyShown}
      aria-label={description}
      title={description}
      onClick={(event) => {
        // After a click of the mouse, Enter should submit rather than press this button again.
        if (event.detail > 0) event.currentTarget.blur();
        onChoose();
      }}
      className={cx(
        "relative inline-flex h-9 min-w-0 items-center justify-center gap-1 rounded-md border px-2 select-none max-sm:h-14 max-sm:flex-col max-sm:gap-0.5 max-sm:px-2 max-sm:text-sm",
        apart && "sm:ms-3",
        chosen
          ? "border-accent bg-accent-soft text-accent-text shadow-[inset_0_0_0_1px_var(--accent)]"
          : "border-control/60 bg-raised hover:bg-sunken",
      )}
    >
      <Sign chosen={chosen} action={action} keyShown={keyShown} several={several} />
      {icon}
      <span className="truncate max-sm:text-center max-sm:leading-tight max-sm:whitespace-normal">
        {label}
      </span>
    </button>
  );
}

/** A tick, else the key while it works, else an empty circle. */
function Sign({
  chosen,
  action,
  keyShown,
  several,
}: Pick<Props, "chosen" | "action" | "keyShown" | "several">) {
  return (
    <span
      aria-hidden="true"
      className={cx(
        "inline-flex min-w-[18px] shrink-0 items-center justify-center pointer-coarse:absolute pointer-coarse:end-0 pointer-coarse:top-0 pointer-coarse:text-xs",
        !chosen && "pointer-coarse:hidden",
      )}
    >
      {chosen ? (
        "✓"
      ) : keyShown ? (
        <KeyOf id={action ?? ""} keys={keyShown} />
      ) : (
        <span
          className={cx("size-2.5 border border-control/70", several ? "rounded-[2px]" : "rounded-full")}
        />
      )}
    </span>
  );
}
