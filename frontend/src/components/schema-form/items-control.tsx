import { Button, IconButton, Input, Textarea } from "@/components/ui";
import { type ItemEntry, type ItemPart, itemsIn, shownEntry } from "@/lib/schema-form";
import { type ControlProps, type Of, Problem } from "./control";

/** Longer texts get lines of their own. */
const SHORT = 200;

/** A list whose items are a few texts each: added, changed, moved and taken away. */
export function ItemsControl({ field, entries, problems, onChange }: ControlProps<Of<"items">>) {
  const items = itemsIn(shownEntry(field, entries));
  const set = (next: ItemEntry[]) => onChange(field.name, next);
  const blank = () => Object.fromEntries(field.parts.map((part) => [part.name, ""]));
  const noun = field.label.toLowerCase();
  return (
    <fieldset>
      <legend className="mb-1 font-medium">
        {field.label}
        {!field.required && <span className="ms-1.5 font-normal text-faint">optional</span>}
      </legend>
      {field.description && <p className="mb-2 text-sm text-muted">{field.description}</p>}
      {items.length > 0 && (
        <ol className="mb-2 border-t border-line">
          {items.map((item, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: equal items are equal, and every field is controlled.
            <li key={at} className="flex items-start gap-2 border-b border-line py-2">
              <span className="num w-5 shrink-0 pt-1.5 text-sm text-faint">{at + 1}</span>
              <div className="grid min-w-0 flex-1 gap-2">
                {field.parts.map((part) => (
                  <Part
                    key={part.name}
                    part={part}
                    name={`${part.label} of ${noun} ${at + 1}`}
                    value={item[part.name] ?? ""}
                    onChange={(text) =>
                      set(items.map((each, place) => (place === at ? { ...each, [part.name]: text } : each)))
                    }
                  />
                ))}
              </div>
              <IconButton
                icon="trash"
                label={`Remove ${noun} ${at + 1}`}
                onClick={() => set(items.filter((_, place) => place !== at))}
              />
            </li>
          ))}
        </ol>
      )}
      <Button
        size="sm"
        icon="plus"
        disabled={field.most !== null && items.length >= field.most}
        onClick={() => set([...items, blank()])}
      >
        {items.length === 0 ? `Add to ${noun}` : "Add another"}
      </Button>
      <Problem text={problems[field.name]} />
    </fieldset>
  );
}

interface PartProps {
  part: ItemPart;
  name: string;
  value: string;
  onChange: (text: string) => void;
}

function Part({ part, name, value, onChange }: PartProps) {
  const shared = {
    "aria-label": name,
    placeholder: part.label,
    value,
    dir: "auto",
    maxLength: part.longest ?? undefined,
  };
  return part.longest !== null && part.longest > SHORT ? (
    <Textarea {...shared} rows={2} className="min-h-14!" onChange={(event) => onChange(event.target.value)} />
  ) : (
    <Input {...shared} autoComplete="off" onChange={(event) => onChange(event.target.value)} />
  );
}
