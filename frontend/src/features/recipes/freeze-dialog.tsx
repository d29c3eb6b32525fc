import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Field, FormDialog, Input } from "@/components/ui";
import { fieldError } from "@/lib/api/errors";
import type { DatasetVersion, Job, Recipe } from "@/lib/api/types";
import { countOf } from "@/lib/format";
import { freezeSnapshot } from "./api";

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  recipe: Recipe;
  version: DatasetVersion;
  kept: number | null;
  onFrozen: (job: Job) => void;
}

/** Makes the recipe's result immutable, with a hash and a split by prompt. */
export function FreezeDialog({ open, onOpenChange, recipe, version, kept, onFrozen }: Props) {
  const [name, setName] = useState(`${recipe.name} on v${version.number}`);
  const [percent, setPercent] = useState("10");
  const [seed, setSeed] = useState("0");
  const freeze = useMutation({
    mutationFn: () =>
      freezeSnapshot(recipe.id, {
        dataset_version: version.id,
        name,
        test_fraction: Number(percent) / 100,
        seed: Number(seed),
      }),
    onSuccess: (job) => {
      onOpenChange(false);
      onFrozen(job);
    },
  });
  return (
    <FormDialog
      open={open}
      onClose={() => onOpenChange(false)}
      title="Freeze snapshot"
      description={`The same recipe, version and seed give the same snapshot, byte for byte.${
        kept === null ? "" : ` It will hold ${countOf(kept, "pair")}.`
      }`}
      submit="Freeze snapshot"
      mutation={freeze}
      onSubmit={() => freeze.mutate()}
    >
      <Field label="Name" required error={fieldError(freeze.error, "name")}>
        <Input value={name} maxLength={120} onChange={(event) => setName(event.target.value)} />
      </Field>
      <div className="grid grid-cols-2 gap-4">
        <Field
          label="Held out for testing, %"
          required
          hint="Split by prompt: no prompt is on both sides."
          error={fieldError(freeze.error, "test_fraction")}
        >
          <Input
            type="number"
            min={0}
            max={50}
            value={percent}
            onChange={(event) => setPercent(event.target.value)}
          />
        </Field>
        <Field label="Seed" required error={fieldError(freeze.error, "seed")}>
          <Input type="number" value={seed} onChange={(event) => setSeed(event.target.value)} />
        </Field>
      </div>
    </FormDialog>
  );
}
