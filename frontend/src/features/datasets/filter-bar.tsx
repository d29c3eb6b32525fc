import { type FormEvent, type ReactNode, type RefObject, useEffect, useState } from "react";
import { Button, Chip, Dialog, Field, Input, Select } from "@/components/ui";
import type { SearchValues } from "@/lib/use-search-state";
import {
  chipsOf,
  formatNumberFilter,
  type NumberOp,
  OUTCOMES,
  parseNumberFilter,
  SOURCES,
  withoutFilters,
} from "./filters";

interface FilterBarProps {
  search: SearchValues;
  onChange: (change: SearchValues) => void;
  searchRef: RefObject<HTMLInputElement | null>;
  children?: ReactNode;
}

/** Text search, the chips of everything in force, and a dialog for the rest. */
export function FilterBar({ search, onChange, searchRef, children }: FilterBarProps) {
  const [text, setText] = useState(search.text ?? "");
  const [open, setOpen] = useState(false);
  useEffect(() => setText(search.text ?? ""), [search.text]);
  const chips = chipsOf(search);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onChange({ text: text.trim() || undefined });
  };
  return (
    <div className="mb-3 flex flex-wrap items-center gap-2">
      <search className="w-64 max-sm:w-full">
        <form onSubmit={submit}>
          <Input
            ref={searchRef}
            type="search"
            aria-label="Search prompts and responses"
            placeholder="Search text  /"
            value={text}
            onChange={(event) => setText(event.target.value)}
            onBlur={() => text.trim() !== (search.text ?? "") && onChange({ text: text.trim() || undefined })}
          />
        </form>
      </search>
      <Button icon="plus" onClick={() => setOpen(true)}>
        Filter
      </Button>
      {chips.map((chip) => (
        <Chip
          key={chip.name}
          onRemove={() => onChange({ [chip.name]: undefined })}
          removeLabel={`Remove filter ${chip.label}`}
        >
          {chip.label}
        </Chip>
      ))}
      {chips.length > 1 && (
        <Button variant="ghost" size="sm" onClick={() => onChange(withoutFilters())}>
          Clear all
        </Button>
      )}
      <div className="ml-auto flex items-center gap-2">{children}</div>
      {open && <FilterDialog search={search} onChange={onChange} onClose={() => setOpen(false)} />}
    </div>
  );
}

const ANY = { value: "", label: "Any" };

function FilterDialog({
  search,
  onChange,
  onClose,
}: {
  search: SearchValues;
  onChange: (change: SearchValues) => void;
  onClose: () => void;
}) {
  const [draft, setDraft] = useState<SearchValues>(search);
  const set = (change: SearchValues) => setDraft((before) => ({ ...before, ...change }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const { prompt, response, outcome, source, n_labels, turns } = draft;
    onChange({ prompt, response, outcome, source, n_labels, turns });
    onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Filter rows"
      description="Rows must meet all of these."
      footer={
        <Button type="submit" form="row-filters" variant="primary">
          Show matching rows
        </Button>
      }
    >
      <form id="row-filters" onSubmit={submit} className="grid gap-4 sm:grid-cols-2">
        <Field mark={false} label="Prompt contains">
          <Input value={draft.prompt ?? ""} onChange={(event) => set({ prompt: event.target.value })} />
        </Field>
        <Field mark={false} label="A response contains">
          <Input value={draft.response ?? ""} onChange={(event) => set({ response: event.target.value })} />
        </Field>
        <Field mark={false} label="Has a label with outcome">
          <Select
            options={[ANY, ...OUTCOMES]}
            value={draft.outcome ?? ""}
            onChange={(event) => set({ outcome: event.target.value })}
          />
        </Field>
        <Field mark={false} label="Has a label from">
          <Select
            options={[ANY, ...SOURCES]}
            value={draft.source ?? ""}
            onChange={(event) => set({ source: event.target.value })}
          />
        </Field>
        <NumberField label="Labels" value={draft.n_labels} onChange={(n_labels) => set({ n_labels })} />
        <NumberField label="Turns" value={draft.turns} onChange={(turns) => set({ turns })} />
      </form>
    </Dialog>
  );
}

function NumberField({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}) {
  const known = parseNumberFilter(value);
  const [op, setOp] = useState<NumberOp>(known?.op ?? "ge");
  const change = (nextOp: NumberOp, text: string) => {
    setOp(nextOp);
    onChange(/^\d{1,9}$/.test(text) ? formatNumberFilter({ op: nextOp, value: Number(text) }) : undefined);
  };
  const text = known ? String(known.value) : "";
  return (
    <div className="flex items-end gap-2">
      <Field mark={false} label={label} className="w-36 shrink-0">
        <Select
          value={op}
          onChange={(event) => change(event.target.value as NumberOp, text)}
          options={[
            { value: "ge", label: "at least" },
            { value: "le", label: "at most" },
            { value: "eq", label: "exactly" },
          ]}
        />
      </Field>
      <Input
        type="number"
        min={0}
        aria-label={`${label}: number`}
        value={text}
        onChange={(event) => change(op, event.target.value)}
      />
    </div>
  );
}
