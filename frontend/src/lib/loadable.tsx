import { type ComponentType, lazy, Suspense, useState } from "react";
import { HeldKeys } from "@/actions";

interface Loadable<P> {
  (props: P): React.JSX.Element;
  /** Fetches the chunk, so that it is there when it is wanted. */
  preload: () => Promise<unknown>;
}

/**
 * A component in a chunk of its own, drawn at once if the chunk is there. Until then `Fallback` stands in its place and
 * key presses wait for it. React's own `lazy` shows the fallback even for what is loaded, for up to 300 ms.
 */
export function loadable<P extends object>(
  load: () => Promise<{ default: ComponentType<P> }>,
  Fallback?: ComponentType<P>,
): Loadable<P> {
  let loaded: ComponentType<P> | null = null;
  let loading: Promise<{ default: ComponentType<P> }> | null = null;
  const fetch = () => {
    loading ??= load().then(
      (module) => {
        loaded = module.default;
        return module;
      },
      (error: unknown) => {
        // The next attempt asks the server again.
        loading = null;
        throw error;
      },
    );
    return loading;
  };
  const Lazy = lazy(fetch);
  function Loaded(props: P) {
    // What was drawn first stays: another type would start again from nothing.
    const [Component] = useState(() => loaded ?? (Lazy as ComponentType<P>));
    const fallback = (
      <>
        {Fallback && <Fallback {...props} />}
        <HeldKeys />
      </>
    );
    return (
      <Suspense fallback={fallback}>
        <Component {...props} />
      </Suspense>
    );
  }
  return Object.assign(Loaded, { preload: fetch });
}
