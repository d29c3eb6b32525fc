import { type KeyboardEvent, useId, useRef, useState } from "react";
import { Textarea } from "@/components/ui";
import { cx } from "@/lib/cx";
import { useT } from "@/lib/i18n";
import type { Mentionable } from "./api";

const SHOWN = 6;

/** The mention being written before `caret`: "@an" in "ask @an|"; null when there is none. */
export function mentionAt(text: string, caret: number): { start: number; typed: string } | null {
  const found = /(?:^|[\s(])@([^\s@`]{0,40})$/u.exec(text.slice(0, caret));
  return found ? { start: caret - (found[1]?.length ?? 0) - 1, typed: (found[1] ?? "").toLowerCase() } : null;
}

/** Those whose handle or one of whose names begins with what was typed. */
export function peopleFor(people: readonly Mentionable[], typed: string): Mentionable[] {
  return people
    .filter(({ name, handle }) =>
      [handle, ...name.split(/\s+/)].some((word) => word.toLowerCase().startsWith(typed)),
    )
    .slice(0, SHOWN);
}

interface Props {
  label: string;
  value: string;
  people: readonly Mentionable[];
  onChange: (text: string) => void;
  onSend: () => void;
}

/** A text field that offers people after "@". ↑ ↓ choose, Enter or Tab takes, Escape leaves the list. */
export function MentionField({ label, value, people, onChange, onSend }: Props) {
  const t = useT();
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const [caret, setCaret] = useState(0);
  const [active, setActive] = useState(0);
  const [closed, setClosed] = useState(-1);
  const mention = mentionAt(value, caret);
  const found = mention && mention.start !== closed ? peopleFor(people, mention.typed) : [];

  const take = (person: Mentionable | undefined) => {
    if (!mention || !person) return;
    const before = `${value.slice(0, mention.start)}@${person.handle} `;
    onChange(before + value.slice(caret));
    setCaret(before.length);
    // After React has put the new text into the field.
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(before.length, before.length);
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      // The page has the same key for its own sending.
      event.stopPropagation();
      onSend();
      return;
    }
    if (found.length === 0) return;
    if (event.key === "ArrowDown") setActive((active + 1) % found.length);
    else if (event.key === "ArrowUp") setActive((active + found.length - 1) % found.length);
    else if (event.key === "Enter" || event.key === "Tab") take(found[active]);
    else if (event.key === "Escape") setClosed(mention?.start ?? -1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div className="relative">
      <label htmlFor={`${id}-field`} className="mb-1 block font-medium">
        {label}
      </label>
      <Textarea
        ref={field}
        id={`${id}-field`}
        rows={3}
        dir="auto"
        maxLength={5000}
        value={value}
        aria-autocomplete="list"
        aria-controls={found.length > 0 ? `${id}-people` : undefined}
        aria-activedescendant={found.length > 0 ? `${id}-${active}` : undefined}
        onChange={(event) => {
          onChange(event.target.value);
          setCaret(event.target.selectionStart);
          setActive(0);
        }}
        onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
        onKeyDown={onKeyDown}
      />
      {found.length > 0 && (
        <div
          id={`${id}-people`}
          role="listbox"
          aria-label={t("People")}
          className="absolute inset-x-0 bottom-full z-10 mb-1 rounded-md border border-line bg-raised p-1 shadow-float"
        >
          {found.map((person, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the text field has the keys, as in every list of suggestions.
            <div
              key={person.id}
              id={`${id}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === active}
              onMouseMove={() => setActive(index)}
              onClick={() => take(person)}
              className={cx(
                "flex min-h-8 items-center gap-2 rounded-sm px-2",
                index === active && "bg-sunken",
              )}
            >
              <bdi className="min-w-0 flex-1 truncate">{person.name}</bdi>
              <span className="text-sm text-muted">@{person.handle}</span>
            </div>
          ))}
        </div>
      )}
      <p role="status" className="sr-only">
        {found.length > 0 && t("{{count}} people to mention", { count: found.length })}
      </p>
    </div>
  );
}
