import { useEffect, useRef, useState } from "react";
import { registry, useRegisteredActions } from "@/actions";
import { bindingOf, isReserved } from "@/actions/capture";
import { clashOf } from "@/actions/clash";
import { keyLabels } from "@/actions/format-keys";
import { isSingleCharacter } from "@/actions/registry";
import { Button, IconButton } from "@/components/ui/button";
import { Kbd } from "@/components/ui/kbd";
import { useT } from "@/lib/i18n";
import { type KeyRow, keyRows, withKeys } from "./rows";
import { useKeymap } from "./use-keymap";

type Say = ReturnType<typeof useT>;

/** Why `key` cannot do what the row says; null when it can. */
export function refusalOf(key: string, row: KeyRow, rows: readonly KeyRow[], t: Say): string | null {
  const printed = keyLabels(key).join(" ");
  if (isReserved(key)) return t("{{key}} is needed for moving around and cannot be used.", { key: printed });
  if (row.whileTyping && (isSingleCharacter(key) || !/^(\$mod|Control|Meta|Alt)\+|^F\d+$/.test(key)))
    return t("{{key}} writes text. Here use a key with Ctrl or Alt, or one of F1 to F12.", { key: printed });
  const other = clashOf(key, row, rows);
  return other
    ? t("{{key}} is already “{{action}}”. Change that one first.", { key: printed, action: other.label })
    : null;
}

/** Every action with its key; press “Change”, then the key. Changes work at once. */
export function KeyEditor() {
  const t = useT();
  const { keymap, change } = useKeymap();
  useRegisteredActions();
  const rows = keyRows(registry.defaults(), keymap, (text) => t(text));
  const groups = [...new Set(rows.map((row) => row.group))];
  const [asking, setAsking] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<{ id: string; text: string } | null>(null);

  const take = (row: KeyRow, key: string) => {
    const text = refusalOf(key, row, rows, t);
    setRefusal(text === null ? null : { id: row.id, text });
    if (text !== null) return;
    setAsking(null);
    change(withKeys(keymap, row, [key]));
  };
  const set = (row: KeyRow, keys: readonly string[]) => {
    setAsking(null);
    const taken = keys.map((key) => refusalOf(key, row, rows, t)).find((text) => text !== null);
    // A default may have gone to another action meanwhile; taking it back would leave two on one key.
    if (taken && !row.whileTyping && keys.length > 0) setRefusal({ id: row.id, text: taken });
    else {
      setRefusal(null);
      change(withKeys(keymap, row, keys));
    }
  };

  return (
    <div>
      <div className="mb-4 flex flex-wrap items-center gap-3">
        <p className="flex-1 text-muted">{t("Changes work at once and go with your account.")}</p>
        <Button size="sm" icon="retry" disabled={Object.keys(keymap).length === 0} onClick={() => change({})}>
          {t("Reset all keys")}
        </Button>
      </div>
      <div className="columns-1 gap-10 sm:columns-2">
        {groups.map((group) => (
          <section key={group} aria-label={group} className="mb-5 break-inside-avoid-column">
            <h3 className="mb-1 text-xs text-muted">{group}</h3>
            <ul>
              {rows
                .filter((row) => row.group === group)
                .map((row) => (
                  <Row
                    key={row.id}
                    row={row}
                    asking={asking === row.id}
                    refusal={refusal?.id === row.id ? refusal.text : null}
                    onAsk={() => {
                      setRefusal(null);
                      setAsking(row.id);
                    }}
                    onKey={(key) => take(row, key)}
                    onCancel={() => {
                      setRefusal(null);
                      setAsking(null);
                    }}
                    onSet={(keys) => set(row, keys)}
                  />
                ))}
            </ul>
          </section>
        ))}
      </div>
    </div>
  );
}

interface RowProps {
  row: KeyRow;
  asking: boolean;
  refusal: string | null;
  onAsk: () => void;
  onKey: (key: string) => void;
  onCancel: () => void;
  onSet: (keys: readonly string[]) => void;
}

function Row({ row, asking, refusal, onAsk, onKey, onCancel, onSet }: RowProps) {
  const t = useT();
  const changed = withKeys({}, row, row.keys)[row.id] !== undefined;
  const ask = useRef<HTMLButtonElement>(null);
  const asked = useRef(false);
  useEffect(() => {
    if (asked.current && !asking) ask.current?.focus();
    asked.current = asking;
  }, [asking]);
  return (
    <li className="border-b border-line py-1">
      <div className="flex min-h-7 items-center gap-2">
        <span className="min-w-0 flex-1">{row.label}</span>
        {asking ? (
          <Listening label={row.label} onKey={onKey} onCancel={onCancel} />
        ) : (
          <>
            <span className="flex items-center gap-1">
              {row.keys.map((key) => (
                <Kbd key={key} keys={key} />
              ))}
              <span className={row.keys.length > 0 ? "sr-only" : "text-sm text-faint"}>
                {row.keys.length > 0 ? row.keys.flatMap(keyLabels).join(" ") : t("no key")}
              </span>
            </span>
            <Button
              ref={ask}
              size="sm"
              variant="ghost"
              aria-label={t("Change the key of “{{action}}”", { action: row.label })}
              onClick={onAsk}
            >
              {t("Change")}
            </Button>
            {changed ? (
              <IconButton
                icon="undo"
                size="sm"
                label={t("Reset the key of “{{action}}”", { action: row.label })}
                onClick={() => onSet(row.defaults)}
              />
            ) : (
              <IconButton
                icon="close"
                size="sm"
                label={t("Take the key from “{{action}}”", { action: row.label })}
                onClick={() => onSet([])}
              />
            )}
          </>
        )}
      </div>
      {refusal && (
        <p role="alert" className="pb-1 text-sm text-danger">
          {refusal}
        </p>
      )}
    </li>
  );
}

/** Hears the next key before anything else on the page does. */
function Listening({
  label,
  onKey,
  onCancel,
}: {
  label: string;
  onKey: (key: string) => void;
  onCancel: () => void;
}) {
  const t = useT();
  const heard = useRef({ onKey, onCancel });
  useEffect(() => {
    heard.current = { onKey, onCancel };
  });
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    button.current?.focus();
    const listen = (event: KeyboardEvent) => {
      const key = bindingOf(event);
      event.preventDefault();
      event.stopImmediatePropagation();
      if (key === "Escape") heard.current.onCancel();
      else if (key !== null) heard.current.onKey(key);
    };
    window.addEventListener("keydown", listen, true);
    return () => window.removeEventListener("keydown", listen, true);
  }, []);
  return (
    <button
      ref={button}
      type="button"
      aria-label={t("Press the new key for “{{action}}”, or Escape to leave it", { action: label })}
      className="rounded-md border border-accent bg-accent-soft px-2 py-0.5 text-sm text-accent-text"
      onClick={onCancel}
      onBlur={onCancel}
    >
      {t("Press a key; Esc cancels")}
    </button>
  );
}
