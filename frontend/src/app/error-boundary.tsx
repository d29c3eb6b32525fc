import { Component, type ErrorInfo, type ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { ApiError, messageOf } from "@/lib/api/errors";
import { useT } from "@/lib/i18n";
import { paths } from "@/lib/paths";

/** The last net: whatever breaks, the person keeps a way out. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override componentDidCatch(error: unknown, info: ErrorInfo): void {
    console.error(error, info.componentStack);
  }

  override render(): ReactNode {
    return this.state.error === null ? this.props.children : <ErrorPage error={this.state.error} />;
  }
}

/** A page that could not be shown. */
export function ErrorPage({ error, reset }: { error: unknown; reset?: () => void }) {
  const t = useT();
  const known = error instanceof ApiError;
  const missing = known && error.status === 404;
  const title = missing
    ? t("Not found")
    : known && error.status === 403
      ? t("Not allowed")
      : t("This page could not be shown");
  return (
    <div className="mx-auto flex max-w-[960px] flex-col items-start gap-4 px-6 py-16">
      <h1 className="text-xl">{title}</h1>
      <p className="text-muted" role="alert">
        {known ? messageOf(error) : t("Something in the page broke. Reload it; your saved work is safe.")}
      </p>
      {!known && <p className="font-mono text-xs text-faint">{messageOf(error)}</p>}
      <div className="flex gap-2">
        <Button variant="primary" onClick={() => (reset ? reset() : window.location.reload())}>
          {missing ? t("Look again") : t("Reload page")}
        </Button>
        <Button onClick={() => window.location.assign(paths.projects())}>{t("Go to projects")}</Button>
      </div>
    </div>
  );
}

export function NotFoundPage() {
  const t = useT();
  return (
    <div className="mx-auto flex max-w-[960px] flex-col items-start gap-4 px-6 py-16">
      <h1 className="text-xl">{t("No such page")}</h1>
      <p className="text-muted">{t("The address may be mistyped, or the page has moved.")}</p>
      <Button onClick={() => window.location.assign(paths.projects())}>{t("Go to projects")}</Button>
    </div>
  );
}
