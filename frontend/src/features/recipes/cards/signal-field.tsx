import { Link } from "@/components/ui";
import type { Signal } from "@/lib/api/types";
import { ChoiceRow, Note } from "./fields";

interface Props {
  label?: string;
  value: unknown;
  /** Those that fit. */
  options: Signal[];
  /** What to say, and do, when none fits. */
  none: string;
  signalsPath: string | null;
  onChange: (signal: Signal | null) => void;
  /** The choice of no signal at all, where that means something. */
  without?: string;
}

/** A signal of the version; one that is named but is not there stays visible as such. */
export function SignalField({
  label = "Signal",
  value,
  options,
  none,
  signalsPath,
  onChange,
  without,
}: Props) {
  const id = typeof value === "number" ? value : null;
  const missing = id !== null && !options.some((each) => each.id === id);
  return (
    <>
      {options.length === 0 && !without && <NoSignals text={none} signalsPath={signalsPath} />}
      <ChoiceRow
        label={label}
        value={id === null ? "" : String(id)}
        onChange={(text) => onChange(options.find((each) => String(each.id) === text) ?? null)}
        options={[
          { value: "", label: without ?? "Choose a signal" },
          ...(missing ? [{ value: String(id), label: `Signal ${id} (not usable here)` }] : []),
          ...options.map((signal) => ({ value: String(signal.id), label: signal.name })),
        ]}
      />
    </>
  );
}

export function NoSignals({ text, signalsPath }: { text: string; signalsPath: string | null }) {
  return (
    <Note>
      {text}
      {signalsPath && (
        <>
          {" "}
          <Link to={signalsPath}>Signals of this dataset</Link>
        </>
      )}
    </Note>
  );
}
