import { Dialog as Radix } from "radix-ui";
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { type Action, runAction, useRegisteredActions } from "@/actions";
import { matchScore } from "@/actions/match";
import { isEnabled } from "@/actions/registry";
import { Icon } from "@/components/ui/icon";
import { Kbd } from "@/components/ui/kbd";
import { useFocusReturn } from "@/components/ui/use-focus-return";
import { cx } from "@/lib/cx";
import { useT } from "@/lib/i18n";

/** Ctrl+K: type a few letters of what you want to do. */
export function CommandPalette({
  open,
  onOpenChange,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const t = useT();
  const focus = useFocusReturn();
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-overlay" />
        <Radix.Content
          data-modal=""
          aria-describedby={undefined}
          {...focus}
          className="float-in fixed top-[14vh] left-1/2 z-50 w-[calc(100vw-32px)] max-w-[560px] -translate-x-1/2 overflow-hidden rounded-md border border-line bg-raised shadow-float"
        >
          <Radix.Title className="sr-only">{t("Find a command or page")}</Radix.Title>
          <PaletteBody close={() => onOpenChange(false)} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function PaletteBody({ close }: { close: () => void }) {
  const t = useT();
  const id = useId();
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const all = useRegisteredActions();
  const found = useMemo(() => search(all, text), [all, text]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the active option changes with the list as well.
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [active, found]);

  const choose = (action: Action | undefined) => {
    if (!action) return;
    close();
    // After the dialog has given back the focus, so that the action can move it.
    setTimeout(() => runAction(action), 0);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setActive((now) => Math.min(found.length - 1, now + 1));
    else if (event.key === "ArrowUp") setActive((now) => Math.max(0, now - 1));
    else if (event.key === "Enter") choose(found[active]);
    else return;
    event.preventDefault();
  };

  return (
    <>
      <div className="flex items-center gap-2 border-b border-line px-3">
        <Icon name="search" className="text-muted" />
        <input
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={found[active] ? `${id}-${active}` : undefined}
          aria-label={t("Find a command or page")}
          placeholder={t("Find a command or page")}
          className="h-11 flex-1 bg-transparent text-base outline-none"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div
        id={`${id}-list`}
        ref={list}
        role="listbox"
        aria-label={t("Commands")}
        className="max-h-[48vh] overflow-y-auto p-1"
      >
        {found.map((action, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the text field above has the keys, as in every combobox.
          <div
            key={action.id}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            onMouseMove={() => setActive(index)}
            onClick={() => choose(action)}
            className={cx(
              "flex min-h-8 items-center gap-2 rounded-sm px-2 py-1",
              index === active && "bg-sunken",
            )}
          >
            <span className="inline-flex w-4 text-muted">{action.icon && <Icon name={action.icon} />}</span>
            <span className="flex-1">{action.label}</span>
            <span className="text-xs text-faint">{action.group}</span>
            {action.keys?.[0] && <Kbd keys={action.keys[0]} />}
          </div>
        ))}
      </div>
      {found.length === 0 && <p className="px-3 pb-3 text-muted">{t("Nothing here is called that.")}</p>}
    </>
  );
}

function search(actions: readonly Action[], text: string): Action[] {
  const seen = new Set<string>();
  return [...actions]
    .reverse()
    .filter((action) => !action.keyOnly && isEnabled(action) && !seen.has(action.id) && seen.add(action.id))
    .map((action) => ({ action, score: matchScore(`${action.label} ${action.group}`, text) }))
    .filter((each) => each.score > 0)
    .sort((a, b) => b.score - a.score)
    .map((each) => each.action);
}
