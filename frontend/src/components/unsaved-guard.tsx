import { useBlocker } from "@tanstack/react-router";
import { useRef } from "react";
import { Button, Dialog } from "@/components/ui";

/** Asks before somebody leaves a page with unsaved changes, and lets the browser ask on closing the tab. */
export function useUnsavedGuard(dirty: boolean) {
  const saved = useRef(false);
  const holds = () => dirty && !saved.current;
  const blocker = useBlocker({ shouldBlockFn: holds, enableBeforeUnload: holds, withResolver: true });
  const dialog = (
    <Dialog
      open={blocker.status === "blocked"}
      onOpenChange={(open) => !open && blocker.reset?.()}
      size="sm"
      title="Leave without saving?"
      description="What you changed on this page is not saved."
      footer={
        <>
          <Button variant="danger" onClick={() => blocker.proceed?.()}>
            Leave without saving
          </Button>
          <Button variant="primary" onClick={() => blocker.reset?.()}>
            Stay here
          </Button>
        </>
      }
    />
  );
  /** Call before going on after a save. */
  const release = () => {
    saved.current = true;
  };
  return { dialog, release };
}
