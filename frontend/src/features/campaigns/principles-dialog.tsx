import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Button, Dialog, ErrorState, FormError, IconButton, Link, LoadMore, Skeleton } from "@/components/ui";
import { formError } from "@/lib/api/errors";
import type { Campaign, Principle, PrincipleText } from "@/lib/api/types";
import { usePaged } from "@/lib/api/use-paged";
import { countOf } from "@/lib/format";
import { paths } from "@/lib/paths";
import { type CampaignPrinciples, setPrinciples } from "./api";

type Shown = Pick<PrincipleText, "id" | "title" | "kind">;

interface Props {
  campaign: Campaign;
  chosen: readonly Shown[];
  onClose: () => void;
  onSaved: (saved: CampaignPrinciples) => void;
}

/** Which principles people read, and in what order. */
export function PrinciplesDialog({ campaign, chosen, onClose, onSaved }: Props) {
  const [picked, setPicked] = useState<readonly Shown[]>(chosen);
  const library = usePaged<Principle>(
    ["principles", campaign.project],
    `/api/projects/${campaign.project}/principles/`,
    { archived: false, limit: 200 },
  );
  const save = useMutation({
    mutationFn: () =>
      setPrinciples(
        campaign.id,
        picked.map((each) => each.id),
      ),
    onSuccess: (saved) => {
      onSaved(saved);
      onClose();
    },
  });
  const others = library.rows.filter((row) => !picked.some((each) => each.id === row.id));
  const move = (index: number, to: number) => {
    const entry = picked[index];
    if (entry) setPicked(picked.toSpliced(index, 1).toSpliced(to, 0, entry));
  };
  const same =
    picked.length === chosen.length && picked.every((each, index) => each.id === chosen[index]?.id);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Choose principles"
      description="People read them in this order, below the guidelines. Saving makes a new version of the guidelines."
      footer={
        <Button variant="primary" busy={save.isPending} disabled={same} onClick={() => save.mutate()}>
          {picked.length === 0 ? "Show none" : `Show ${countOf(picked.length, "principle")}`}
        </Button>
      }
    >
      <FormError>{formError(save.error)}</FormError>
      <h3 className="mb-1 text-sm text-muted">Shown</h3>
      {picked.length === 0 && <p className="text-muted">None.</p>}
      <ol aria-label="Shown" className="flex flex-col">
        {picked.map((each, index) => (
          <li key={each.id} className="flex items-center gap-1 border-t border-line py-1 last:border-b">
            <bdi className="min-w-0 flex-1 break-words">{each.title}</bdi>
            <IconButton
              icon="chevron-down"
              size="sm"
              className="rotate-180"
              label={`Move ${each.title} up`}
              disabled={index === 0}
              onClick={() => move(index, index - 1)}
            />
            <IconButton
              icon="chevron-down"
              size="sm"
              label={`Move ${each.title} down`}
              disabled={index === picked.length - 1}
              onClick={() => move(index, index + 1)}
            />
            <IconButton
              icon="close"
              size="sm"
              label={`Take ${each.title} away`}
              onClick={() => setPicked(picked.toSpliced(index, 1))}
            />
          </li>
        ))}
      </ol>
      <h3 className="mt-5 mb-1 text-sm text-muted">In the library</h3>
      {library.error && <ErrorState error={library.error} onRetry={library.refetch} />}
      {library.isPending && <Skeleton lines={2} />}
      {!library.isPending && others.length === 0 && (
        <p className="text-muted">
          Nothing further. <Link to={paths.principles(campaign.project)}>Open the library</Link> to write
          more.
        </p>
      )}
      <ul aria-label="In the library" className="flex flex-col">
        {others.map((each) => (
          <li key={each.id} className="flex items-center gap-1 border-t border-line py-1 last:border-b">
            <bdi className="min-w-0 flex-1 break-words">{each.title}</bdi>
            <Button
              size="sm"
              variant="ghost"
              icon="plus"
              aria-label={`Show ${each.title}`}
              onClick={() => setPicked([...picked, each])}
            >
              Show
            </Button>
          </li>
        ))}
      </ul>
      <LoadMore list={library} />
    </Dialog>
  );
}
