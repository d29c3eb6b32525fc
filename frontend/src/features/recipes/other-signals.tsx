import { useQuery } from "@tanstack/react-query";
import { Button, Link } from "@/components/ui";
import type { DatasetVersion, RecipeStep, Signal } from "@/lib/api/types";
import { measuresOf } from "@/lib/recipes/measures";
import { rebindQuery } from "./api";

interface Props {
  steps: RecipeStep[];
  version: DatasetVersion;
  /** All signals of the version, whatever their state. */
  signals: Signal[];
  signalsPath: string | null;
  onUse: (steps: RecipeStep[]) => void;
}

/** A recipe written over another version names that one's signals; this version may have the same of its own. */
export function OtherSignals({ steps, version, signals, signalsPath, onUse }: Props) {
  const own = new Set(signals.map((each) => each.id));
  const foreign = signalIds(steps).filter((id) => !own.has(id));
  const { data } = useQuery({ ...rebindQuery(version.id, steps), enabled: foreign.length > 0 });
  if (foreign.length === 0 || !data) return null;
  const changes = signalIds(data.steps).some((id) => own.has(id) && !signalIds(steps).includes(id));
  return (
    <div className="mb-4 flex flex-wrap items-center gap-x-4 gap-y-2 rounded-md bg-sunken px-3 py-2">
      <p className="min-w-0 flex-1">
        These steps name signals of another version.
        {data.missing.length > 0 && (
          <>
            {" "}
            Version {version.number} has no finished {data.missing.join(", ")}
            {signalsPath ? (
              <>
                ; <Link to={signalsPath}>compute it there</Link>.
              </>
            ) : (
              "."
            )}
          </>
        )}
      </p>
      {changes && (
        <Button size="sm" onClick={() => onUse(data.steps)}>
          Use version {version.number}’s own
        </Button>
      )}
    </div>
  );
}

function signalIds(steps: RecipeStep[]): number[] {
  return steps
    .flatMap((step) => [step.signal, ...measuresOf(step).map(({ measure }) => measure.signal)])
    .filter((id): id is number => typeof id === "number");
}
