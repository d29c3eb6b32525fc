/** What a judge is made of, as its form holds it, and what is sent. */
import {
  type Entries,
  fieldsOf,
  problemsOf as optionProblems,
  paramsOf,
  type SchemaField,
} from "@/lib/schema-form";
import type { JudgeDetail, JudgeFacts, JudgeModel, JudgeProtocol } from "./api";
import { aspectProblem, aspectsIn } from "./aspects";

/** Texts as they were typed. */
export interface JudgeForm {
  name: string;
  description: string;
  /** One of the list's models, see `keyOf`; null takes the first that is there. */
  model: string | null;
  /** As the endpoint calls it. */
  endpointModel: string;
  revision: string;
  family: string;
  promptPrice: string;
  completionPrice: string;
  protocol: string | null;
  entries: Entries;
  instructions: string;
  principles: number[];
  temperature: string;
  topP: string;
  maxTokens: string;
  seed: string;
}

export const EMPTY: JudgeForm = {
  name: "",
  description: "",
  model: null,
  endpointModel: "",
  revision: "",
  family: "",
  promptPrice: "",
  completionPrice: "",
  protocol: null,
  entries: {},
  instructions: "",
  principles: [],
  temperature: "0",
  topP: "1",
  maxTokens: "512",
  seed: "0",
};

/** Names a model of the list: what else than its source tells it apart. */
export function keyOf({ source, model = {} }: { source: string; model?: Record<string, unknown> }): string {
  if (source === "registered") return `registered:${model.id}`;
  return source === "endpoint" ? `endpoint:${model.endpoint}` : source;
}

/** The model chosen; until somebody chooses, the first that is there. */
export function modelOf(form: JudgeForm, models: JudgeModel[]): JudgeModel | undefined {
  if (form.model !== null) return models.find((each) => keyOf(each) === form.model);
  return models.find((each) => each.available);
}

export function protocolOf(form: JudgeForm, protocols: JudgeProtocol[]): JudgeProtocol | undefined {
  return protocols.find((each) => each.name === (form.protocol ?? protocols[0]?.name));
}

/** Protocols by what becomes of their answers. */
export function groupsOf(protocols: JudgeProtocol[]) {
  return [
    {
      title: "Gives votes",
      hint: "Verdicts and scores that can be held against people’s labels. Once trusted, it may label.",
      protocols: protocols.filter((each) => each.gives === "votes"),
    },
    {
      title: "Drafts for people",
      hint: "Critiques, marked passages, rubrics and revisions. People confirm or correct them.",
      protocols: protocols.filter((each) => each.gives === "drafts"),
    },
  ].filter((group) => group.protocols.length > 0);
}

/** What the options of most protocols mean, where their schema does not say. */
const WORDS: Record<string, { label: string; description: string }> = {
  criteria: { label: "Criteria", description: "What responses are judged by: a name, and what it means." },
  checklist: { label: "Checklist", description: "Points a good response meets." },
  checklist_from: {
    label: "Checklist in the row",
    description: "Key of a row’s metadata that lists further points.",
  },
  reference: {
    label: "Reference answer",
    description: "Key of a row’s metadata that holds an answer known to be good.",
  },
  language: {
    label: "Language of the judgment",
    description: "Such as German; empty leaves it to the model.",
  },
  few_shot: {
    label: "Worked examples",
    description: "So many pairs that people labelled are shown with each pair, the most alike first.",
  },
  samples: {
    label: "Samples in each order",
    description: "Replies drawn and averaged; more than one needs a temperature above 0.",
  },
  sources: {
    label: "Sources in the row",
    description:
      "Key of a row’s metadata that holds texts to verify by; without it, the model’s knowledge decides.",
  },
  most_claims: {
    label: "Claims at most",
    description: "A response that makes more is judged by the first ones.",
  },
  blind_check: {
    label: "Blind check",
    description:
      "Asks without the verdict whether the reasons alone lead to it; those that do not are marked.",
  },
  dimensions: { label: "Dimensions", description: "Your own in place of the built-in ones." },
  rules: { label: "Rules of scoring", description: "Your own in place of the built-in ones." },
  aspects: { label: "Aspects", description: "Names of built-in aspects, or your own." },
  question: {
    label: "Question",
    description: "A question of type spans as forms define it; {} marks five categories of errors.",
  },
};

export function optionsOf(protocol: JudgeProtocol | undefined): SchemaField[] {
  if (!protocol) return [];
  return fieldsOf(protocol.options_schema).map((field) => {
    const words = WORDS[field.name];
    return words
      ? { ...field, label: words.label, description: field.description ?? words.description }
      : field;
  });
}

/** The option that has an editor of its own. */
export const ASPECTS = "aspects";

/** The form of a further version: everything as it is. */
export function formOf(judge: JudgeDetail, entries: Entries): JudgeForm {
  const model = judge.model ?? {};
  const sampling = judge.sampling;
  return {
    name: judge.name,
    description: judge.description,
    model: keyOf({ source: judge.source, model }),
    endpointModel: String(model.model ?? ""),
    revision: String(model.revision ?? ""),
    family: judge.family,
    promptPrice: judge.prices ? String(judge.prices.prompt) : "",
    completionPrice: judge.prices ? String(judge.prices.completion) : "",
    protocol: judge.protocol,
    entries,
    instructions: judge.instructions,
    principles: judge.principles ?? [],
    temperature: String(sampling?.temperature ?? EMPTY.temperature),
    topP: String(sampling?.top_p ?? EMPTY.topP),
    maxTokens: String(sampling?.max_tokens ?? EMPTY.maxTokens),
    seed: String(sampling?.seed ?? EMPTY.seed),
  };
}

const NUMBERS = {
  temperature: { from: 0, to: 2, whole: false },
  topP: { from: 0.01, to: 1, whole: false },
  maxTokens: { from: 1, to: 8192, whole: true },
  seed: { from: 0, to: 2 ** 31 - 1, whole: true },
} as const;

const numberIn = (text: string) => (text.trim() === "" ? Number.NaN : Number(text.trim().replace(",", ".")));

function numberProblem(text: string, { from, to, whole }: { from: number; to: number; whole: boolean }) {
  const value = numberIn(text);
  if (value >= from && value <= to && (!whole || Number.isInteger(value))) return undefined;
  return `Give a ${whole ? "whole number" : "number"} from ${from} to ${to}.`;
}

function priceProblem(text: string, other: string): string | undefined {
  if (text.trim() === "") return other.trim() === "" ? undefined : "Give both prices, or none.";
  return numberProblem(text, { from: 0, to: 10_000, whole: false });
}

/** What is wrong, by field; options stand under `options.name`. */
export function problemsOf(
  form: JudgeForm,
  model: JudgeModel | undefined,
  protocol: JudgeProtocol | undefined,
  fields: SchemaField[],
): Record<string, string> {
  const found: Record<string, string | undefined> = {};
  if (form.name.trim() === "") found.name = "Give it a name.";
  if (!model) found.model = "Choose a model that is there.";
  if (!protocol) found.protocol = "Choose how it judges.";
  if (model?.source === "endpoint") {
    if (form.endpointModel.trim() === "") found["model.model"] = "Name the model as the endpoint calls it.";
    found["prices.prompt"] = priceProblem(form.promptPrice, form.completionPrice);
    found["prices.completion"] = priceProblem(form.completionPrice, form.promptPrice);
  }
  if (protocol?.generates) {
    found["sampling.temperature"] = numberProblem(form.temperature, NUMBERS.temperature);
    found["sampling.top_p"] = numberProblem(form.topP, NUMBERS.topP);
    found["sampling.max_tokens"] = numberProblem(form.maxTokens, NUMBERS.maxTokens);
    found["sampling.seed"] = numberProblem(form.seed, NUMBERS.seed);
  }
  for (const [name, problem] of Object.entries(optionProblems(fields, form.entries))) {
    found[`options.${name}`] = problem;
  }
  if (fields.some((field) => field.name === ASPECTS && field.control === "json")) {
    const typed = form.entries[ASPECTS];
    const aspects = typeof typed === "string" ? aspectsIn(typed) : null;
    found[`options.${ASPECTS}`] = (aspects && aspectProblem(aspects)) ?? undefined;
  }
  return Object.fromEntries(
    Object.entries(found).filter((each): each is [string, string] => each[1] !== undefined),
  );
}

/** What is sent. Only for a form without problems. */
export function factsOf(
  form: JudgeForm,
  model: JudgeModel,
  protocol: JudgeProtocol,
  fields: SchemaField[],
): JudgeFacts {
  const atEndpoint = model.source === "endpoint";
  const priced = atEndpoint && form.promptPrice.trim() !== "";
  return {
    description: form.description.trim(),
    protocol: protocol.name,
    source: model.source,
    model: atEndpoint
      ? { ...model.model, model: form.endpointModel.trim(), revision: form.revision.trim() }
      : model.model,
    family: form.family.trim(),
    instructions: form.instructions.trim(),
    options: paramsOf(fields, form.entries),
    principles: form.principles,
    // What reads probabilities draws nothing: equal judges ask equal questions.
    sampling: protocol.generates
      ? {
          temperature: numberIn(form.temperature),
          top_p: numberIn(form.topP),
          max_tokens: numberIn(form.maxTokens),
          seed: numberIn(form.seed),
        }
      : undefined,
    prices: priced
      ? { prompt: numberIn(form.promptPrice), completion: numberIn(form.completionPrice) }
      : null,
  };
}
