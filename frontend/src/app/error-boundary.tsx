import { Component, type ErrorInfo, type ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { ApiError, messageOf } from "@/lib/api/errors";
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
  const known = error instanceof ApiError;
  const missing = known && error.status === 404;
  const title = missing
    ? "Not found"
    : known && error.status === 403
      ? "Not allowed"
      : "This page could not be shown";
  return (
    <div className="mx-auto flex max-w-[960px] flex-col items-start gap-4 px-6 py-16">
      <h1 className="text-xl">{title}</h1>
      <p className="text-muted" role="alert">
        {known ? messageOf(error) : "Something in the page broke. Reload it; your saved work is safe."}
      </p>
      {!known && <p className="font-mono text-xs text-faint">{messageOf(error)}</p>}
      <div className="flex gap-2">
        <Button variant="primary" onClick={() => (reset ? reset() : window.location.reload())}>
          {missing ? "Look again" : "Reload page"}
        </Button>
        <Button onClick={() => window.location.assign(paths.projects())}>Go to projects</Button>
      </div>
    </div>
  );
}

export function NotFoundPage() {
  return (
    <div className="mx-auto flex max-w-[960px] flex-col items-start gap-4 px-6 py-16">
      <h1 className="text-xl">No such page</h1>
      <p className="text-muted">The address may be mistyped, or the page has moved.</p>
      <Button onClick={() => window.location.assign(paths.projects())}>Go to projects</Button>
    </div>
  );
}
