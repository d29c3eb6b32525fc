import type { Campaign } from "@/lib/api/types";

export type LeakPolicy = Campaign["identity_leaks"];

export const LEAK_POLICIES: { value: LeakPolicy; label: string; sentence: string }[] = [
  {
    value: "mask",
    label: "Mask the name",
    sentence: "“As an AI model by …” is shown with the name covered; the data keeps it.",
  },
  {
    value: "quarantine",
    label: "Leave the item out",
    sentence: "Items with such a response are not queued; queueing says how many.",
  },
  {
    value: "allow",
    label: "Show as it is",
    sentence: "People may learn which model wrote a response, and judge the name.",
  },
];

interface Props {
  value: LeakPolicy;
  onChange: (value: LeakPolicy) => void;
  disabled?: boolean;
}

/** What happens at queueing to responses that say which model wrote them. */
export function LeakPolicyChoice({ value, onChange, disabled }: Props) {
  return (
    <fieldset className="flex flex-col gap-1.5" disabled={disabled}>
      <legend className="mb-1 font-medium">Responses that name their model</legend>
      {LEAK_POLICIES.map((policy) => (
        <label key={policy.value} className="flex items-start gap-2">
          <input
            type="radio"
            name="identity-leaks"
            value={policy.value}
            checked={value === policy.value}
            onChange={() => onChange(policy.value)}
            className="mt-0.5 size-4 accent-[var(--accent)]"
          />
          <span>
            {policy.label}
            <span className="block text-sm text-muted">{policy.sentence}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
