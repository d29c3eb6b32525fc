/** Responses that models are to write, as their dialog holds them: what is wrong with them, and what is sent. */
import type { components } from "@/lib/api/schema";
import { named } from "@/lib/checked-form";
import { type Entries, fieldsOf, paramsOf, problemsOf } from "@/lib/schema-form";

export type WriterModel = components["schemas"]["JudgeModel"];

export interface ResponsesForm {
  chosen: string[];
  endpointModel: string;
  name: string;
  keep: boolean;
  /** Of `AMOUNTS` and `SAMPLING`, as typed. */
  entries: Entries;
}

export const RESPONSES: ResponsesForm = {
  chosen: [],
  endpointModel: "",
  name: "",
  keep: false,
  entries: { prompts: "100", samples: "1", temperature: "0.7", max_tokens: "512" },
};

const AMOUNTS = fieldsOf({
  properties: {
    prompts: { title: "Prompts", type: "integer", minimum: 1, maximum: 20_000 },
    samples: { title: "Responses of each model", type: "integer", minimum: 1, maximum: 16 },
  },
  required: ["prompts", "samples"],
});

export const SAMPLING = fieldsOf({
  properties: {
    temperature: { title: "Temperature", type: "number", minimum: 0, maximum: 5 },
    max_tokens: { title: "Tokens at most", type: "integer", minimum: 1, maximum: 8192 },
  },
  required: ["temperature", "max_tokens"],
});

/** The fields of both, by the name the server has for them. */
export const NUMBERS = [
  ...AMOUNTS.map((field) => ({ name: field.name, field })),
  ...SAMPLING.map((field) => ({ name: `sampling.${field.name}`, field })),
];

export const isAtEndpoint = ({ source }: WriterModel) => source === "endpoint";

/** What is wrong, by the name the server has for the field. */
export function responsesProblems(form: ResponsesForm, writers: WriterModel[]): Record<string, string> {
  const found: Record<string, string> = {
    ...problemsOf(AMOUNTS, form.entries),
    ...named("sampling", problemsOf(SAMPLING, form.entries)),
  };
  if (writers.length === 0) found.writers = "Choose a model.";
  if (writers.some(isAtEndpoint) && form.endpointModel.trim() === "") {
    found["model.model"] = "Name the model as the endpoint calls it.";
  }
  if (form.name.trim() === "") found.name = "Give it a name.";
  return found;
}

/** What is sent. Only for a form without problems. */
export function responsesBody(form: ResponsesForm, writers: WriterModel[]) {
  return {
    writers: writers.map((each) => ({
      source: each.source,
      model: isAtEndpoint(each) ? { ...each.model, model: form.endpointModel.trim() } : each.model,
    })),
    name: form.name.trim(),
    keep_responses: form.keep,
    ...paramsOf(AMOUNTS, form.entries),
    sampling: { top_p: 1, ...paramsOf(SAMPLING, form.entries) },
  };
}
