import { type ReactNode, useId } from "react";
import { formError } from "@/lib/api/errors";
import { Button } from "./button";
import { Dialog, type DialogProps } from "./dialog";
import { FormError } from "./field";

interface FormDialogProps extends Pick<DialogProps, "title" | "description" | "size"> {
  /** A dialog that keeps what was typed while it is closed stays mounted and is told so. */
  open?: boolean;
  /** Of the form element, where its first problem is looked for. */
  id?: string;
  onClose: () => void;
  /** The verb on the button that sends the form. */
  submit: string;
  /** What stands beside that button, such as how much will be asked for. */
  beside?: ReactNode;
  /** What sending it does; its refusal stands above the fields. */
  mutation: { isPending: boolean; error: unknown };
  /** What of the refusal no field shows, where the form knows its fields; see `unplaced`. */
  refusal?: string | undefined;
  disabled?: boolean;
  /** Where `onSubmit` checks the fields, and not the browser. */
  noValidate?: boolean;
  className?: string;
  onSubmit: () => void;
  children: ReactNode;
}

/** A dialog that is one form and sends it. */
export function FormDialog({
  open = true,
  id: given,
  onClose,
  submit,
  beside,
  mutation,
  refusal,
  disabled,
  noValidate,
  className = "flex flex-col gap-4",
  onSubmit,
  children,
  ...dialog
}: FormDialogProps) {
  const own = useId();
  const id = given ?? own;
  return (
    <Dialog
      {...dialog}
      open={open}
      onOpenChange={(next) => !next && onClose()}
      footer={
        <>
          {beside}
          <Button type="submit" form={id} variant="primary" busy={mutation.isPending} disabled={disabled}>
            {submit}
          </Button>
        </>
      }
    >
      <form
        id={id}
        noValidate={noValidate}
        className={className}
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        <FormError>{refusal ?? formError(mutation.error)}</FormError>
        {children}
      </form>
    </Dialog>
  );
}
