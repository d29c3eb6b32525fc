import type { ComponentProps, ReactNode } from "react";
import { type Action, runAction, useKeysOf } from "@/actions";
import { ariaKeys } from "@/actions/format-keys";
import { cx } from "@/lib/cx";
import { Icon, type IconName } from "./icon";
import { Kbd } from "./kbd";

export type ButtonVariant = "primary" | "secondary" | "ghost" | "danger";
export type ButtonSize = "sm" | "md";

const VARIANTS: Record<ButtonVariant, string> = {
  primary: "bg-accent text-accent-fg hover:bg-accent-hover border-transparent",
  secondary: "bg-raised text-fg border-control/60 hover:bg-sunken",
  ghost: "bg-transparent text-fg border-transparent hover:bg-sunken",
  danger: "bg-raised text-danger border-danger/50 hover:bg-danger-soft",
};
const SIZES: Record<ButtonSize, string> = { sm: "h-7 px-2 text-sm gap-1", md: "h-8 px-3 text-base gap-1.5" };

export function buttonClass(variant: ButtonVariant = "secondary", size: ButtonSize = "md"): string {
  return cx(
    "inline-flex shrink-0 items-center justify-center whitespace-nowrap rounded-md border font-medium select-none",
    "transition-colors duration-100 disabled:opacity-50 disabled:pointer-events-none",
    VARIANTS[variant],
    SIZES[size],
  );
}

export interface ButtonProps extends ComponentProps<"button"> {
  variant?: ButtonVariant;
  size?: ButtonSize;
  icon?: IconName;
  /** A key binding to print; the binding itself belongs to an action. */
  shortcut?: string;
  /** Shows that the press was heard; the button cannot be pressed again meanwhile. */
  busy?: boolean;
}

export function Button({
  variant = "secondary",
  size = "md",
  icon,
  shortcut,
  busy,
  className,
  children,
  disabled,
  type = "button",
  ...rest
}: ButtonProps) {
  return (
    <button
      type={type}
      className={cx(buttonClass(variant, size), className)}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      {...rest}
    >
      {icon && <Icon name={icon} />}
      {children}
      {shortcut && <Kbd keys={shortcut} tone={variant === "primary" ? "on-accent" : "plain"} />}
    </button>
  );
}

/** The button of an action: its label, icon and key come from the registry entry. */
export function ActionButton({
  action,
  children,
  ...rest
}: { action: Action; children?: ReactNode } & Omit<ButtonProps, "onClick" | "shortcut" | "icon">) {
  const keys = useKeysOf(action);
  return (
    <Button
      icon={action.icon}
      shortcut={keys?.[0]}
      aria-keyshortcuts={ariaKeys(keys)}
      disabled={action.when ? !action.when() : false}
      onClick={() => runAction(action)}
      {...rest}
    >
      {children ?? action.label}
    </Button>
  );
}

export interface IconButtonProps extends Omit<ComponentProps<"button">, "children"> {
  icon: IconName;
  /** Said by screen readers and shown on hover. */
  label: string;
  size?: ButtonSize;
}

export function IconButton({ icon, label, size = "md", className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={cx(
        "inline-flex items-center justify-center rounded-md text-muted hover:bg-sunken hover:text-fg disabled:opacity-50",
        size === "sm" ? "size-6" : "size-8",
        className,
      )}
      {...rest}
    >
      <Icon name={icon} />
    </button>
  );
}
