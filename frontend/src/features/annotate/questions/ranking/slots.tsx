import { type DragEvent, type ReactNode, useState } from "react";
import { cx } from "@/lib/cx";
import { KeyOf } from "../key-of";

const CARRIED = "application/x-plumbline-response";

interface SlotProps {
  name: string;
  action: string;
  digit?: string | undefined;
  onTake: (response: string) => void;
  /** Sends the card at hand here. */
  onClick?: () => void;
  /** Cards stand two in a row. */
  wide?: boolean;
  children: ReactNode;
}

/** One place of the order, with the cards in it. Cards can be dropped here; keys and buttons do the same. */
export function Slot({ name, action, digit, onTake, onClick, wide, children }: SlotProps) {
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const response = event.dataTransfer.getData(CARRIED);
    if (response) onTake(response);
  };
  const heading = (
    <>
      {digit && <KeyOf id={action} keys={digit} />}
      <span className="truncate">{name}</span>
    </>
  );
  const looks = "flex min-h-6 min-w-0 items-center gap-1.5 rounded-sm px-1 text-sm text-muted";
  return (
    // biome-ignore lint/a11y/noNoninteractiveElementInteractions: dropping is one of three ways; keys and buttons do the same.
    <fieldset
      aria-label={name}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      className={cx(
        "flex min-h-17 flex-col gap-1 rounded-md border border-dashed p-1 max-sm:min-h-12",
        wide ? "min-w-52 flex-2" : "min-w-24 flex-1",
        over ? "border-accent bg-accent-soft" : "border-control/60",
      )}
    >
      {onClick ? (
        <button
          type="button"
          aria-label={name}
          aria-keyshortcuts={digit}
          onClick={(event) => {
            if (event.detail > 0) event.currentTarget.blur();
            onClick();
          }}
          className={cx(looks, "hover:bg-sunken")}
        >
          {heading}
        </button>
      ) : (
        <span className={looks}>{heading}</span>
      )}
      <span className={cx("grid gap-1", wide && "grid-cols-2")}>{children}</span>
    </fieldset>
  );
}

interface CardProps {
  response: string;
  name: string;
  current: boolean;
  onChoose: () => void;
}

/** A response in the strip. The one at hand is sent by the next digit. */
export function Card({ response, name, current, onChoose }: CardProps) {
  return (
    <button
      type="button"
      draggable
      aria-pressed={current}
      onDragStart={(event) => {
        event.dataTransfer.setData(CARRIED, response);
        onChoose();
      }}
      onClick={(event) => {
        if (event.detail > 0) event.currentTarget.blur();
        onChoose();
      }}
      className={cx(
        "flex min-h-8 min-w-0 cursor-grab items-center rounded-md border px-2 text-start",
        current
          ? "border-accent bg-accent-soft text-accent-text shadow-[inset_0_0_0_1px_var(--accent)]"
          : "border-control/60 bg-raised hover:bg-sunken",
      )}
    >
      <span aria-hidden="true" className="w-3.5">
        {current && "▸"}
      </span>
      <span className="truncate">{name}</span>
    </button>
  );
}
