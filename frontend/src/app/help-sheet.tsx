import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useRegisteredActions } from "@/actions";
import { singleKeysEnabled } from "@/actions/keyboard";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Kbd } from "@/components/ui/kbd";
import { Link } from "@/components/ui/link";
import { useT } from "@/lib/i18n";
import { paths } from "@/lib/paths";
import { meQuery } from "@/lib/session";

const KeyEditor = lazy(() =>
  import("@/components/key-map").then((module) => ({ default: module.KeyEditor })),
);

/** Every key that works on this page now, and the way to change them. */
export function HelpSheet({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useT();
  const signedIn = useQuery({ ...meQuery, enabled: false }).data !== undefined;
  const [editing, setEditing] = useState(false);
  const close = (next: boolean) => {
    if (!next) setEditing(false);
    onOpenChange(next);
  };
  return (
    <Dialog
      open={open}
      onOpenChange={close}
      title={editing ? t("Change keys") : t("Keys on this page")}
      size="lg"
      footer={
        signedIn && (
          <Button onClick={() => setEditing(!editing)}>{editing ? t("Done") : t("Change keys")}</Button>
        )
      }
    >
      {editing ? (
        <Suspense fallback={null}>
          <KeyEditor />
        </Suspense>
      ) : (
        <KeyList close={() => close(false)} />
      )}
    </Dialog>
  );
}

function KeyList({ close }: { close: () => void }) {
  const t = useT();
  const actions = useRegisteredActions().filter((action) => action.keys?.length);
  const groups = [...new Set(actions.map((action) => action.group))].reverse();
  return (
    <>
      {!singleKeysEnabled() && (
        <p className="mb-4 text-muted">
          {t("Single-letter keys are switched off.")}{" "}
          <Link to={paths.account()} onClick={close}>
            {t("Switch them on in your account")}
          </Link>
        </p>
      )}
      <section
        aria-label={t("Keys on this page")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reachable by keyboard.
        tabIndex={0}
        className="columns-1 gap-10 sm:columns-2"
      >
        {groups.map((group) => (
          <section key={group} className="mb-5 break-inside-avoid">
            <h3 className="mb-1 text-xs text-muted">{group}</h3>
            <dl>
              {actions
                .filter((action) => action.group === group)
                .map((action) => (
                  <div key={action.id} className="flex items-center gap-3 border-b border-line py-1.5">
                    <dt className="flex-1">{action.label}</dt>
                    <dd className="flex items-center gap-1.5">
                      {action.keys?.map((key) => (
                        <span key={key} className="flex items-center gap-1.5">
                          <span className="sr-only">{key}</span>
                          <Kbd keys={key} />
                        </span>
                      ))}
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </section>
    </>
  );
}
