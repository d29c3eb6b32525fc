import { useRegisteredActions } from "@/actions";
import { singleKeysEnabled } from "@/actions/keyboard";
import { Dialog } from "@/components/ui/dialog";
import { Kbd } from "@/components/ui/kbd";
import { Link } from "@/components/ui/link";
import { paths } from "@/lib/paths";

/** Every key that works on this page now. */
export function HelpSheet({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const actions = useRegisteredActions().filter((action) => action.keys?.length);
  const groups = [...new Set(actions.map((action) => action.group))].reverse();
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keys on this page" size="lg">
      {!singleKeysEnabled() && (
        <p className="mb-4 text-muted">
          Single-letter keys are switched off in{" "}
          <Link to={paths.account()} onClick={() => onOpenChange(false)}>
            your account
          </Link>
          .
        </p>
      )}
      <div className="columns-1 gap-10 sm:columns-2">
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
      </div>
    </Dialog>
  );
}
