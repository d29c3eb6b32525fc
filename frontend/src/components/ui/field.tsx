import { type ComponentProps, createContext, type ReactNode, useContext, useId } from "react";
import { cx } from "@/lib/cx";
import { useT } from "@/lib/i18n";
import { Icon } from "./icon";

const CONTROL =
  "w-full rounded-md border border-control bg-canvas px-2.5 text-base text-fg hover:border-fg-muted disabled:opacity-60 aria-invalid:border-danger";

interface FieldIds {
  control: string;
  describedBy?: string;
  invalid: boolean;
  required: boolean;
}

const FieldContext = createContext<FieldIds | null>(null);

/** Label, hint and error around one control; the control inside is connected by itself. */
export function Field({
  label,
  hint,
  error,
  required = false,
  hideLabel,
  mark = true,
  className,
  children,
}: {
  label: ReactNode;
  hint?: ReactNode;
  error?: string;
  required?: boolean;
  hideLabel?: boolean;
  /** Whether fields that may stay empty say "optional"; off where that is plain, as among filters. */
  mark?: boolean;
  className?: string;
  children: ReactNode;
}) {
  const t = useT();
  const id = useId();
  const describedBy =
    [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ") || undefined;
  return (
    <FieldContext.Provider value={{ control: id, describedBy, invalid: Boolean(error), required }}>
      <div className={cx("flex flex-col gap-1", className)}>
        <label htmlFor={id} className={cx("font-medium", hideLabel && "sr-only")}>
          {label}
          {mark && !required && !hideLabel && (
            <span className="ms-1.5 font-normal text-faint">{t("optional")}</span>
          )}
        </label>
        {children}
        {hint && (
          <p id={`${id}-hint`} className="text-sm text-muted">
            {hint}
          </p>
        )}
        {error && (
          <p id={`${id}-error`} className="flex items-start gap-1 text-sm text-danger">
            <Icon name="warning" className="mt-0.5 shrink-0" />
            {error}
          </p>
        )}
      </div>
    </FieldContext.Provider>
  );
}

function useControlProps() {
  const field = useContext(FieldContext);
  if (!field) return {};
  return {
    id: field.control,
    "aria-describedby": field.describedBy,
    "aria-invalid": field.invalid || undefined,
    required: field.required || undefined,
  };
}

export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <input {...useControlProps()} className={cx(CONTROL, "h-8", className)} {...rest} />;
}

/** A number as somebody types it, with the keys for one on a phone; what it says is read where it is used. */
export function NumberInput({
  whole = false,
  className,
  ...rest
}: { whole?: boolean } & Omit<ComponentProps<"input">, "inputMode">) {
  return (
    <Input
      inputMode={whole ? "numeric" : "decimal"}
      autoComplete="off"
      className={cx("num", className)}
      {...rest}
    />
  );
}

export function FileInput({ className, ...rest }: Omit<ComponentProps<"input">, "type">) {
  const look =
    "block w-full text-sm file:me-3 file:h-8 file:rounded-md file:border file:border-control file:bg-raised file:px-3 file:text-fg";
  return <input type="file" {...useControlProps()} className={cx(look, className)} {...rest} />;
}

export function Textarea({ className, ...rest }: ComponentProps<"textarea">) {
  return <textarea {...useControlProps()} className={cx(CONTROL, "min-h-20 py-1.5", className)} {...rest} />;
}

/** The platform's own list: works with keyboard, phone and screen reader as everybody knows it. */
export function Select({
  options,
  className,
  ...rest
}: { options: { value: string; label: string; disabled?: boolean }[] } & ComponentProps<"select">) {
  return (
    <span className={cx("relative inline-flex w-full", className)}>
      <select {...useControlProps()} className={cx(CONTROL, "h-8 appearance-none pr-8")} {...rest}>
        {options.map((option) => (
          <option key={option.value} value={option.value} disabled={option.disabled}>
            {option.label}
          </option>
        ))}
      </select>
      <Icon name="chevron-down" className="pointer-events-none absolute top-2 right-2 text-muted" />
    </span>
  );
}

export function Checkbox({
  label,
  hint,
  className,
  ...rest
}: { label: ReactNode; hint?: ReactNode } & Omit<ComponentProps<"input">, "type">) {
  return (
    <label className={cx("flex items-start gap-2", className)}>
      <input type="checkbox" className="mt-0.5 size-4 shrink-0 accent-[var(--accent)]" {...rest} />
      <span>
        {label}
        {hint && <span className="block text-sm text-muted">{hint}</span>}
      </span>
    </label>
  );
}

/** A form-level refusal, said at once by screen readers. */
export function FormError({ children }: { children?: ReactNode }) {
  if (!children) return null;
  return (
    <p role="alert" className="flex items-start gap-1.5 rounded-md bg-danger-soft px-3 py-2 text-danger">
      <Icon name="warning" className="mt-0.5 shrink-0" />
      <span>{children}</span>
    </p>
  );
}
