import { type LinkProps, Link as RouterLink } from "@tanstack/react-router";
import type { AnchorHTMLAttributes, ReactNode } from "react";
import { cx } from "@/lib/cx";
import { type ButtonSize, type ButtonVariant, buttonClass } from "./button";
import { Icon, type IconName } from "./icon";

interface Common extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "href"> {
  to: string;
  search?: Record<string, string | undefined>;
  children?: ReactNode;
}

/** A link inside the app; take addresses from `lib/paths`. */
export function Link({ to, search, className, ...rest }: Common) {
  return (
    <RouterLink
      to={to}
      search={(search ?? {}) as LinkProps["search"]}
      className={cx("text-accent-text underline-offset-2 hover:underline", className)}
      {...rest}
    />
  );
}

/** A link that looks like a button, for going somewhere (a button is for doing something). */
export function LinkButton({
  to,
  search,
  variant = "secondary",
  size = "md",
  icon,
  className,
  children,
  ...rest
}: Common & { variant?: ButtonVariant; size?: ButtonSize; icon?: IconName }) {
  return (
    <RouterLink
      to={to}
      search={(search ?? {}) as LinkProps["search"]}
      className={cx(buttonClass(variant, size), className)}
      {...rest}
    >
      {icon && <Icon name={icon} />}
      {children}
    </RouterLink>
  );
}

/** A file to download or a page outside the app, looking like a button. */
export function DownloadButton({
  href,
  variant = "secondary",
  size = "sm",
  children,
}: {
  href: string;
  variant?: ButtonVariant;
  size?: ButtonSize;
  children: ReactNode;
}) {
  return (
    <a href={href} download className={buttonClass(variant, size)}>
      <Icon name="download" />
      {children}
    </a>
  );
}
