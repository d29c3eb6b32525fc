import { Markdown } from "@/components/markdown";
import { IconButton } from "@/components/ui";

/** The campaign's guidelines beside the item; not modal, so that keys go on working. */
export function GuidelinesPanel({ text, onClose }: { text: string; onClose: () => void }) {
  return (
    <aside
      aria-label="Guidelines"
      className="flex w-[360px] shrink-0 flex-col border-l border-line bg-canvas max-md:fixed max-md:inset-y-0 max-md:right-0 max-md:z-30 max-md:w-full max-md:max-w-[400px] max-md:shadow-float"
    >
      <header className="flex items-center gap-2 border-b border-line px-4 py-1.5">
        <h2 className="flex-1 text-base">Guidelines</h2>
        <IconButton icon="close" label="Close guidelines" onClick={onClose} />
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto px-4 py-3">
        {text.trim() ? (
          <Markdown text={text} compact />
        ) : (
          <p className="text-muted">This campaign has no guidelines yet.</p>
        )}
      </div>
    </aside>
  );
}
