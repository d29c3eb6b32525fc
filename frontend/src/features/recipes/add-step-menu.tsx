import { Fragment } from "react";
import { Button, DropdownMenu, MenuItem, MenuLabel } from "@/components/ui";
import type { RecipeStep, RecipeStepKind } from "@/lib/api/types";

/** The order in which a recipe is usually written. */
const GROUPS = [
  { title: "What the pairs are", types: ["labels", "items", "make_pairs"] },
  { title: "Which pairs are good", types: ["strength", "signal_margin", "filter", "zones"] },
  { title: "The set as a whole", types: ["dedup", "length_match", "select", "split", "order"] },
];

interface Props {
  kinds: RecipeStepKind[];
  steps: RecipeStep[];
  onAdd: (kind: RecipeStepKind) => void;
}

export function AddStepMenu({ kinds, steps, onAdd }: Props) {
  const once = new Set(["labels", "make_pairs"]);
  const free = kinds.filter(
    (kind) => !(once.has(kind.type) && steps.some((step) => step.type === kind.type)),
  );
  const groups = [
    ...GROUPS.map(({ title, types }) => ({
      title,
      kinds: types.flatMap((type) => free.filter((kind) => kind.type === type)),
    })),
    { title: "More", kinds: free.filter((kind) => !GROUPS.some(({ types }) => types.includes(kind.type))) },
  ].filter((group) => group.kinds.length > 0);
  if (groups.length === 0) return null;
  return (
    <DropdownMenu align="start" className="w-[360px]" trigger={<Button icon="plus">Add step</Button>}>
      {groups.map((group) => (
        <Fragment key={group.title}>
          <MenuLabel>{group.title}</MenuLabel>
          {group.kinds.map((kind) => (
            <MenuItem key={kind.type} onSelect={() => onAdd(kind)}>
              <span className="block">{kind.title}</span>
              <span className="block text-sm text-muted">{kind.description}</span>
            </MenuItem>
          ))}
        </Fragment>
      ))}
    </DropdownMenu>
  );
}
