import { ChoiceCards } from "@/components/choice-cards";
import type { ExportFormat } from "@/components/export-options";
import type { DataExport } from "@/lib/api/types";
import type { TrainingLoss, TrainingMethod } from "./api";
import { lossOf, type RunForm } from "./form";
import { needsOf } from "./needs";
import { formatsFor } from "./row-plan";

interface Props {
  form: RunForm;
  methods: TrainingMethod[];
  formats: ExportFormat[];
  /** The export that was chosen; without one the run writes its own. */
  chosen: DataExport | undefined;
  isClone: boolean;
  wrong: (name: string) => string | undefined;
  onChange: (change: Partial<RunForm>) => void;
}

export function MethodFields({ form, methods, formats, chosen, isClone, wrong, onChange }: Props) {
  const method = methods.find((each) => each.kind === form.kind);
  const shown = isClone ? methods.filter((each) => each.kind === form.kind) : methods;
  const choose = (kind: string) => {
    const next = methods.find((each) => each.kind === kind);
    const reads = chosen && next?.formats.includes(chosen.format);
    onChange({ kind, loss: next?.losses[0]?.key ?? "", export: reads ? form.export : null });
  };
  return (
    <div className="flex flex-col gap-6">
      <ChoiceCards
        legend="Method"
        value={form.kind}
        problem={wrong("kind")}
        onChange={choose}
        options={shown.map((each) => ({ value: each.kind, title: each.title, text: each.description }))}
      />
      {method && method.losses.length > 1 && (
        <div>
          <h3 className="mb-1 font-medium">Loss</h3>
          <p className="mb-2 max-w-[72ch] text-sm text-muted">
            What is minimised. The first is the usual one; some need more than which response was better.
          </p>
          <ChoiceCards
            legend="Loss"
            value={lossOf(method, form.loss)?.key ?? ""}
            problem={wrong("loss")}
            onChange={(loss) => onChange({ loss })}
            options={method.losses.map((loss) => ({
              value: loss.key,
              title: loss.title,
              note: <LossNeeds loss={loss} chosen={chosen} format={formatsFor(method, loss, formats)[0]} />,
            }))}
          />
        </div>
      )}
    </div>
  );
}

function LossNeeds({
  loss,
  chosen,
  format,
}: {
  loss: TrainingLoss;
  chosen: DataExport | undefined;
  /** What would be written for it. */
  format: ExportFormat | undefined;
}) {
  const { text, met } = needsOf(loss, chosen);
  if (text === null) return null;
  if (met === null) {
    return format ? (
      <>
        {text}; written as {format.title}
      </>
    ) : (
      <span className="text-warn">{text}; no format here has them</span>
    );
  }
  return met ? (
    <span className="text-ok">
      {text}: export {chosen?.id} has them
    </span>
  ) : (
    <span className="text-warn">
      {text}: export {chosen?.id} lacks them
    </span>
  );
}
