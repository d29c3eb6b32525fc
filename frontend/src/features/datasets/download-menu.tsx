import { Button, DropdownMenu, Icon, MenuItem } from "@/components/ui";
import type { DatasetVersion } from "@/lib/api/types";

/** A version as a file, in the two formats it can be imported again from. */
export function DownloadMenu({ version }: { version: DatasetVersion }) {
  const go = (format: string) => {
    window.location.assign(`/api/dataset-versions/${version.id}/download/?format=${format}`);
  };
  const spans = version.stats?.annotation_counts?.kinds.spans ?? 0;
  return (
    <DropdownMenu
      className="w-[340px] max-w-[calc(100vw-32px)]"
      trigger={
        <Button size="sm" icon="download" aria-label={`Download version ${version.number}`}>
          Download
          <Icon name="chevron-down" />
        </Button>
      }
    >
      <MenuItem onSelect={() => go("jsonl")}>
        <span className="block font-medium">Plumbline rows (JSON lines)</span>
        <span className="block text-sm text-muted">
          Everything: texts, labels, annotations. Imports again unchanged.
        </span>
      </MenuItem>
      <MenuItem disabled={spans === 0} onSelect={() => go("fine_grained")}>
        <span className="block font-medium">Fine-grained feedback (JSON)</span>
        <span className="block text-sm text-muted">
          {spans === 0
            ? "This version has no marks."
            : "Rows with marks, in the format of Fine-Grained RLHF."}
        </span>
      </MenuItem>
    </DropdownMenu>
  );
}
