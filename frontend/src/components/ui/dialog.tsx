import { Dialog as Radix } from "radix-ui";
import { type ReactNode, useState } from "react";
import { cx } from "@/lib/cx";
import { useT } from "@/lib/i18n";
import { Button, type ButtonVariant, IconButton } from "./button";
import { useFocusReturn } from "./use-focus-return";

export interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** One sentence below the title. */
  description?: ReactNode;
  children?: ReactNode;
  footer?: ReactNode;
  size?: "sm" | "md" | "lg";
}

const WIDTHS = { sm: "max-w-[420px]", md: "max-w-[560px]", lg: "max-w-[880px]" };

export function Dialog({
  open,
  onOpenChange,
  title,
  description,
  children,
  footer,
  size = "md",
}: DialogProps) {
  const t = useT();
  const focus = useFocusReturn({ intoFields: true });
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-overlay" />
        <Radix.Content
          data-modal=""
          {...focus}
          {...(description ? {} : { "aria-describedby": undefined })}
          className={cx(
            "float-in fixed top-[12vh] left-1/2 z-50 flex max-h-[76vh] w-[calc(100vw-32px)] -translate-x-1/2 flex-col",
            "rounded-md border border-line bg-raised shadow-float",
            WIDTHS[size],
          )}
        >
          <div className="flex items-start gap-4 px-5 pt-4">
            <div className="min-w-0 flex-1">
              <Radix.Title className="text-lg">{title}</Radix.Title>
              {description && (
                <Radix.Description className="mt-1 text-muted">{description}</Radix.Description>
              )}
            </div>
            <Radix.Close asChild>
              <IconButton icon="close" label={t("Close")} className="-me-2" />
            </Radix.Close>
          </div>
          <div data-body="" className="min-h-0 overflow-y-auto px-5 py-4">
            {children}
          </div>
          {footer && (
            <div data-footer="" className="flex justify-end gap-2 border-t border-line px-5 py-3">
              {footer}
            </div>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

interface ConfirmProps {
  /** What is pressed to ask. */
  trigger: (ask: () => void) => ReactNode;
  title: string;
  description: ReactNode;
  /** The verb on the confirming button: "Cancel job", "Remove member". */
  confirm: string;
  variant?: ButtonVariant;
  onConfirm: () => unknown;
}

/** Asks before something that cannot be undone. */
export function Confirm({
  trigger,
  title,
  description,
  confirm,
  variant = "danger",
  onConfirm,
}: ConfirmProps) {
  const t = useT();
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const go = async () => {
    setBusy(true);
    try {
      await onConfirm();
    } finally {
      setBusy(false);
      setOpen(false);
    }
  };
  return (
    <>
      {trigger(() => setOpen(true))}
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={title}
        description={description}
        size="sm"
        footer={
          <>
            <Button onClick={() => setOpen(false)}>{t("Keep as it is")}</Button>
            <Button variant={variant} busy={busy} onClick={() => void go()}>
              {confirm}
            </Button>
          </>
        }
      />
    </>
  );
}

/** Slides in from the right beside the content; used for one row of a table. Not modal: the table stays usable. */
export function SidePanel({
  open,
  onClose,
  title,
  children,
  actions,
}: {
  open: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  actions?: ReactNode;
}) {
  const focus = useFocusReturn();
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()} modal={false}>
      <Radix.Portal>
        <Radix.Content
          aria-describedby={undefined}
          {...focus}
          onInteractOutside={(event) => event.preventDefault()}
          className="float-in fixed inset-y-0 right-0 z-30 flex w-full max-w-[720px] flex-col border-l border-line bg-raised shadow-float"
        >
          <div className="flex h-12 shrink-0 items-center gap-2 border-b border-line px-4">
            <Radix.Title className="min-w-0 flex-1 truncate text-base">{title}</Radix.Title>
            {actions}
            <IconButton icon="close" label="Close panel" onClick={onClose} />
          </div>
          <div className="min-h-0 flex-1 overflow-y-auto p-4">{children}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
