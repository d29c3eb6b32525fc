import type { Aspect, Item, ItemMessage, ItemResponse, Question } from "@/lib/api/types";

/** Items to try a form with. Written for this purpose; nobody's data. */
export type SampleKind = "pair" | "several" | "single" | "chat" | "images" | "reasoning";

export const SAMPLES: { kind: SampleKind; label: string }[] = [
  { kind: "pair", label: "A pair of responses" },
  { kind: "several", label: "Four responses" },
  { kind: "single", label: "One response" },
  { kind: "chat", label: "A conversation" },
  { kind: "reasoning", label: "Worked steps" },
  { kind: "images", label: "Two images" },
];

/** The item that shows most of what the questions ask. `hint` is the template's name, which may speak of images. */
export function bestSample(questions: readonly Question[], hint = ""): SampleKind {
  const types = new Set(questions.map((each) => each.type));
  const perTurn = questions.some(
    (each) => ("per" in each && each.per === "turn") || (each.type === "spans" && each.prompt_turns),
  );
  if (/image|multimodal|(^|_)mm(_|$)/.test(hint)) return "images";
  if (perTurn) return "chat";
  if (types.has("steps")) return "reasoning";
  if (types.has("ranking")) return "several";
  const pairs = types.has("pairwise") || (types.has("edit") && types.size > 1);
  const singles = types.has("thumbs") || types.has("spans") || types.has("edit");
  return !pairs && singles && !types.has("ratings") ? "single" : "pair";
}

const response = (response_id: string, content: string, images?: string[]): ItemResponse => ({
  response_id,
  content,
  ...(images && { images }),
});

const SKY: ItemResponse[] = [
  response(
    "sample-a",
    "Sunlight looks white, but it is a mix of **all colours**.\n\nWhen it meets the air, tiny bits of gas push the *blue* part around much more than the red part. Blue light then reaches your eyes from everywhere, so the whole sky looks blue.\n\nA scientist found this out in 1905, the year the sky was first measured.",
  ),
  response(
    "sample-b",
    "The sky is blue because it reflects the sea.\n\n- Water is blue.\n- The sky is above the water.\n\nAt sunset there is less water, so the sky turns red.",
  ),
  response(
    "sample-c",
    "Rayleigh scattering: the intensity of scattered light goes with $1/\\lambda^4$, so short wavelengths dominate what you see overhead.",
  ),
  response("sample-d", "Because it is! Blue is simply the colour a sky has."),
];

const SKY_PROMPT: ItemMessage[] = [
  { role: "user", content: "Explain to a ten-year-old why the sky is blue. Three sentences at most." },
];

const CHAT: ItemMessage[] = [
  { role: "user", content: "I want to grow tomatoes on a balcony. Is that possible?" },
  {
    role: "assistant",
    content:
      "Yes. Choose a small variety, a pot of at least ten litres, and the sunniest corner you have. Water them once a month.",
  },
  { role: "user", content: "They have yellow leaves at the bottom. What now?" },
];

const CHAT_RESPONSES: ItemResponse[] = [
  response(
    "sample-a",
    "Yellow leaves at the bottom are mostly old leaves. Cut them off, water evenly, and feed the plant every two weeks.",
  ),
  response("sample-b", "That is a virus. Throw the plants away and disinfect the balcony."),
];

const STEPS_PROMPT: ItemMessage[] = [
  { role: "user", content: "A shirt costs 40 €, then 20 % more, then 20 % less. What does it cost now?" },
];

const STEPS: ItemResponse[] = [
  response(
    "sample-a",
    "The shirt costs 40 € at first.\n\n20 % of 40 € is 8 €, so after the rise it costs 48 €.\n\nThe fall of 20 % takes away the same 8 €.\n\nSo the shirt costs 40 € again.",
  ),
  response(
    "sample-b",
    "After the rise the price is 40 × 1.2 = 48 €.\n\n20 % of 48 € is 9.60 €.\n\n48 − 9.60 = 38.40, so it costs 38.40 € now.",
  ),
];

const PASSAGES = [
  {
    title: "Scattering of light",
    sentences: [
      "Molecules of air scatter short wavelengths more strongly than long ones.",
      "Blue light is therefore seen from every direction of the sky.",
      "At sunset light crosses more air, and mostly red light is left.",
    ],
  },
];

const RUBRIC: Aspect[] = [
  {
    name: "true",
    title: "What it says is true",
    anchors: { "1": "Mostly false", "5": "All of it is true" },
    criteria: [],
  },
  { name: "child", title: "A child follows it", anchors: {}, criteria: [] },
];

/** A drawn picture as a data address, so that the preview needs no files. */
function picture(hue: number, sun: string): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="480" height="300"><rect width="480" height="300" fill="hsl(${hue} 60% 72%)"/><circle cx="${sun}" cy="80" r="36" fill="hsl(45 95% 62%)"/><path d="M0 300 130 150l80 90 90-140 180 200z" fill="hsl(${150 + hue / 8} 26% 38%)"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

const IMAGES: ItemResponse[] = [
  response("sample-a", "", [picture(205, "380")]),
  response("sample-b", "", [picture(20, "100")]),
];

export function sampleItem(kind: SampleKind): Item {
  const of = (
    prompt: ItemMessage[],
    responses: ItemResponse[],
    materials: Item["materials"] = null,
  ): Item => ({
    id: 0,
    position: 0,
    prompt,
    responses,
    context: null,
    materials,
  });
  const sources = { passages: PASSAGES, rubric: RUBRIC };
  switch (kind) {
    case "pair":
      return of(SKY_PROMPT, SKY.slice(0, 2), sources);
    case "several":
      return of(SKY_PROMPT, SKY, sources);
    case "single":
      return of(SKY_PROMPT, SKY.slice(0, 1), sources);
    case "chat":
      return of(CHAT, CHAT_RESPONSES);
    case "reasoning":
      return of(STEPS_PROMPT, STEPS);
    case "images":
      return of([{ role: "user", content: "Mountains under a clear morning sky" }], IMAGES);
  }
}
