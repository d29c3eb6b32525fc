import { Field, NumberInput, Select } from "@/components/ui";
import { countOf } from "@/lib/format";
import type { Launcher } from "./api";
import type { RunForm } from "./form";

interface Props {
  form: RunForm;
  launchers: Launcher[];
  isClone: boolean;
  wrong: (name: string) => string | undefined;
  onChange: (change: Partial<RunForm>) => void;
}

export function LaunchFields({ form, launchers, isClone, wrong, onChange }: Props) {
  const chosen = launchers.find((each) => each.name === form.launcher);
  return (
    <div className="grid items-start gap-x-6 gap-y-4 sm:grid-cols-2">
      <Field label="Launcher" required hint={chosen?.detail} error={wrong("launcher")}>
        <Select
          value={form.launcher}
          onChange={(event) => onChange({ launcher: event.target.value })}
          options={launchers.map((each) => ({
            value: each.name,
            label: each.available ? each.title : `${each.title} (not available)`,
            disabled: !each.available,
          }))}
        />
      </Field>
      <Field label="GPUs" required hint={gpuHint(chosen)} error={wrong("gpus")}>
        <NumberInput
          whole
          className="max-w-32"
          value={form.gpus}
          onChange={(event) => onChange({ gpus: event.target.value })}
        />
      </Field>
      <Field
        label="Priority"
        required
        hint="Among runs that wait, higher goes first; equal ones go in the order they came."
        error={wrong("priority")}
      >
        <NumberInput
          whole
          className="max-w-32"
          value={form.priority}
          onChange={(event) => onChange({ priority: event.target.value })}
        />
      </Field>
      {!isClone && (
        <Field
          label="Ensemble members"
          required
          hint="More than one trains that many runs, each with its own seed and draw of the rows; where they disagree, they are unsure."
          error={wrong("members")}
        >
          <NumberInput
            whole
            className="max-w-32"
            value={form.members}
            onChange={(event) => onChange({ members: event.target.value })}
          />
        </Field>
      )}
    </div>
  );
}

function gpuHint(launcher: Launcher | undefined): string {
  const most = launcher?.max_gpus;
  if (most === 0) return "None here: 0 trains on the processor.";
  if (typeof most === "number") return `Up to ${countOf(most, "GPU")}; 0 trains on the processor.`;
  return "0 trains on the processor.";
}
