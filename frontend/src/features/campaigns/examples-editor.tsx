import { Button, Field, IconButton, Input, Textarea } from "@/components/ui";
import type { GuidelinesExample } from "@/lib/api/types";

const BLANK: GuidelinesExample = { title: "", prompt: "", responses: ["", ""], verdict: "", explanation: "" };

interface Props {
  examples: GuidelinesExample[];
  /** The server's sentences by path: "guidelines_examples.0.title". */
  errorOf: (path: string) => string | undefined;
  onChange: (examples: GuidelinesExample[]) => void;
}

/** Worked examples: a prompt, its responses, the verdict, and why. */
export function ExamplesEditor({ examples, errorOf, onChange }: Props) {
  return (
    <div className="flex flex-col gap-4">
      {examples.map((example, index) => (
        <ExampleFields
          // biome-ignore lint/suspicious/noArrayIndexKey: examples have no identity but their place.
          key={index}
          number={index + 1}
          example={example}
          errorOf={(part) => errorOf(`guidelines_examples.${index}.${part}`)}
          onChange={(patch) =>
            onChange(examples.map((each, place) => (place === index ? { ...each, ...patch } : each)))
          }
          onRemove={() => onChange(examples.toSpliced(index, 1))}
        />
      ))}
      <div>
        <Button size="sm" icon="plus" onClick={() => onChange([...examples, BLANK])}>
          Add example
        </Button>
      </div>
    </div>
  );
}

interface FieldsProps {
  number: number;
  example: GuidelinesExample;
  errorOf: (part: string) => string | undefined;
  onChange: (patch: Partial<GuidelinesExample>) => void;
  onRemove: () => void;
}

function ExampleFields({ number, example, errorOf, onChange, onRemove }: FieldsProps) {
  const { responses } = example;
  const setResponse = (index: number, text: string) =>
    onChange({ responses: responses.map((each, place) => (place === index ? text : each)) });
  const area = (label: string, value: string, part: keyof GuidelinesExample) => (
    <Field label={label} required error={errorOf(part)}>
      <Textarea
        rows={2}
        dir="auto"
        className="field-sizing-content min-h-14! max-h-80"
        value={value}
        onChange={(event) => onChange({ [part]: event.target.value })}
      />
    </Field>
  );
  return (
    <fieldset className="flex flex-col gap-3 border-s-2 border-line ps-4">
      <legend className="sr-only">Example {number}</legend>
      <div className="flex items-end gap-2">
        <Field label={`Example ${number}`} required error={errorOf("title")} className="flex-1">
          <Input
            dir="auto"
            placeholder="What it teaches"
            value={example.title}
            onChange={(event) => onChange({ title: event.target.value })}
          />
        </Field>
        <IconButton icon="trash" label={`Remove example ${number}`} onClick={onRemove} />
      </div>
      {area("Prompt", example.prompt, "prompt")}
      {responses.map((response, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: responses have no identity but their place.
        <div key={index} className="flex items-start gap-2">
          <Field
            label={`Response ${index + 1}`}
            required
            error={errorOf(`responses.${index}`)}
            className="min-w-0 flex-1"
          >
            <Textarea
              rows={2}
              dir="auto"
              className="field-sizing-content min-h-14! max-h-80"
              value={response}
              onChange={(event) => setResponse(index, event.target.value)}
            />
          </Field>
          {responses.length > 1 && (
            <IconButton
              icon="close"
              size="sm"
              className="mt-7"
              label={`Remove response ${index + 1} of example ${number}`}
              onClick={() => onChange({ responses: responses.toSpliced(index, 1) })}
            />
          )}
        </div>
      ))}
      <div>
        <Button
          size="sm"
          variant="ghost"
          icon="plus"
          onClick={() => onChange({ responses: [...responses, ""] })}
        >
          Add response
        </Button>
      </div>
      {area("Verdict", example.verdict, "verdict")}
      {area("Why", example.explanation, "explanation")}
    </fieldset>
  );
}
