import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { type Action, useActions, useKeyOf } from "@/actions";
import { Button, Dialog, FormError, Kbd, Textarea } from "@/components/ui";
import { cx } from "@/lib/cx";
import { useT } from "@/lib/i18n";

export interface Reason {
  value: string;
  label: string;
}

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description: string;
  /** Heading of the reasons' keys in the help sheet, and the beginning of their ids. */
  group: string;
  id: string;
  reasons: Reason[];
  /** Without a choice there is no note to send. */
  choice: string | null;
  onChoose: (value: string) => void;
  note: ReactNode;
  footer: ReactNode;
  error?: string | null;
}

/** A dialog that asks for one of several reasons, each on its digit. */
export function ReasonDialog(props: Props) {
  const { open, reasons, choice, onChoose } = props;
  const actions: Action[] = reasons.map((reason, index) => ({
    id: `${props.id}-${reason.value.replaceAll("_", "-")}`,
    label: reason.label,
    keys: [String(index + 1)],
    group: props.group,
    inDialog: true,
    keyOnly: true,
    when: () => open,
    run: () => onChoose(reason.value),
  }));
  useActions(actions);
  return (
    <Dialog
      open={open}
      onOpenChange={props.onOpenChange}
      title={props.title}
      description={props.description}
      size="sm"
      footer={props.footer}
    >
      <div className="flex flex-col gap-2">
        {actions.map((action, index) => (
          <ReasonButton
            key={action.id}
            action={action}
            chosen={reasons[index]?.value === choice}
            // Not the text field below: there the digits would be typed instead of choosing.
            first={index === 0}
          />
        ))}
        {props.note}
        {props.error && <FormError>{props.error}</FormError>}
      </div>
    </Dialog>
  );
}

function ReasonButton({ action, chosen, first }: { action: Action; chosen: boolean; first: boolean }) {
  const key = useKeyOf(action.id, action.keys?.[0] ?? "");
  return (
    <button
      type="button"
      data-first-focus={first ? "" : undefined}
      aria-keyshortcuts={key}
      aria-pressed={chosen}
      onClick={action.run}
      className={cx(
        "flex min-h-10 items-center gap-3 rounded-md border px-3 py-2 text-start",
        chosen ? "border-accent bg-accent-soft text-accent-text" : "border-line hover:bg-sunken",
      )}
    >
      {key && <Kbd keys={key} />}
      <span className="flex-1">{action.label}</span>
      {chosen && <span aria-hidden="true">✓</span>}
    </button>
  );
}

interface NoteProps {
  label: string;
  value: string;
  maxLength: number;
  onChange: (text: string) => void;
  onSend?: () => void;
}

/** The words beside a reason; Ctrl+Enter sends them. */
export function ReasonNote({ label, value, maxLength, onChange, onSend }: NoteProps) {
  const id = useId();
  return (
    <div className="mt-2 flex flex-col gap-1">
      <label htmlFor={id} className="text-muted">
        {label}
      </label>
      <Textarea
        id={id}
        rows={2}
        dir="auto"
        maxLength={maxLength}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) onSend?.();
        }}
      />
    </div>
  );
}

/** State of a note that starts empty each time the dialog opens. */
export function useNote() {
  const [note, setNote] = useState("");
  return { note, setNote, reset: () => setNote("") };
}

interface SendProps {
  label: string;
  disabled: boolean;
  busy?: boolean;
  /** Takes the focus when it changes. */
  chosen?: string | null;
  onClick: () => void;
}

/** The button that sends, saying its key. */
export function SendButton(props: SendProps) {
  const t = useT();
  const button = useRef<HTMLButtonElement>(null);
  // After a digit Enter sends, instead of pressing the reason that has the focus.
  useEffect(() => {
    if (props.chosen) button.current?.focus();
  }, [props.chosen]);
  return (
    <Button
      ref={button}
      variant="primary"
      disabled={props.disabled}
      busy={props.busy ?? false}
      title={t("Ctrl+Enter while typing")}
      onClick={props.onClick}
    >
      {props.label}
    </Button>
  );
}
