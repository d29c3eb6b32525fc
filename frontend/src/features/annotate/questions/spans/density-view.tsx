import { useId, useMemo, useState } from "react";
import { type SourceMark, SourceText } from "@/components/source-text";
import { cx } from "@/lib/cx";
import { msg, useT } from "@/lib/i18n";
import { fromCodePoint } from "../offsets";
import type { SpansQuestion } from "../types";
import { priorityOf } from "./answer";
import { titleOf } from "./labels";

/** A stretch of the text with the label that training would see; offsets in code points. */
export interface DensitySegment {
  start: number;
  end: number;
  /** "O" is faultless, "Ignore" is not judged because it is marked already at a finer density. */
  label: string;
  categories: string[];
}

/** One text at the three densities (METHODS §5), as `GET /api/feedback/{id}/density/` says it. */
export interface TargetDensity {
  sub_sentence: DensitySegment[];
  sentence: DensitySegment[];
  response: { label?: string; categories?: string[] };
  /** Category → errors in 100 tokens. */
  per_100_tokens?: Record<string, number>;
}

type Level = "sub_sentence" | "sentence" | "response";
const LEVELS: [Level, string][] = [
  ["sub_sentence", msg("Parts of sentences")],
  ["sentence", msg("Sentences")],
  ["response", msg("Whole response")],
];

/** Printed where a segment begins; what they mean is said below the text. */
const ERROR = "E";
const NOT_JUDGED = "–";

interface Props {
  text: string;
  density: TargetDensity;
  question: SpansQuestion;
}

/** What the marks on a text become at each density: the same errors, coarser and coarser. */
export function DensityView({ text, density, question }: Props) {
  const t = useT();
  const name = useId();
  const [level, setLevel] = useState<Level>("sub_sentence");
  const marks = useMemo(() => drawnAt(level, text, density, question), [level, text, density, question]);
  const whole = density.response.categories ?? [];
  const rates = Object.entries(density.per_100_tokens ?? {}).filter(([, rate]) => rate > 0);

  return (
    <div className="flex flex-col gap-2">
      <fieldset className="inline-flex w-fit rounded-md border border-control/60 p-0.5 text-sm">
        <legend className="sr-only">{t("Density")}</legend>
        {LEVELS.map(([each, label]) => (
          <label
            key={each}
            className={cx(
              "cursor-pointer rounded-sm px-2.5 py-1 has-focus-visible:outline-2 has-focus-visible:outline-focus",
              level === each ? "bg-sunken font-semibold" : "text-muted",
            )}
          >
            <input
              type="radio"
              name={name}
              className="sr-only"
              checked={level === each}
              onChange={() => setLevel(each)}
            />
            {t(label)}
          </label>
        ))}
      </fieldset>
      {level === "response" && (
        <p className="text-sm">
          {whole.length > 0
            ? t("In the whole response: {{categories}}", {
                categories: whole.map((each) => titleOf(question, each)).join(", "),
              })
            : t("Nothing is said of the whole response.")}
        </p>
      )}
      <SourceText text={text} marks={marks} compact />
      {level !== "response" && (
        <p className="text-sm text-muted">
          {t("{{error}}: the part has an error. {{ignored}}: not judged, because it is marked already.", {
            error: ERROR,
            ignored: NOT_JUDGED,
          })}
          {marks.length === 0 &&
            ` ${t("No part here has one: what was marked is too short, or counts at another density.")}`}
        </p>
      )}
      {rates.length > 0 && (
        <p className="num text-sm text-muted">
          {t("Errors in 100 tokens:")}{" "}
          {rates.map(([category, rate]) => `${titleOf(question, category)} ${rate.toFixed(2)}`).join(", ")}
        </p>
      )}
    </div>
  );
}

function drawnAt(level: Level, text: string, density: TargetDensity, question: SpansQuestion): SourceMark[] {
  if (level === "response") return [];
  return density[level]
    .filter((segment) => segment.label !== "O")
    .map((segment) => {
      const index = Math.max(0, priorityOf(question, segment.categories[0] ?? ""));
      const titles = segment.categories.map((each) => titleOf(question, each));
      return {
        id: `${level}:${segment.start}`,
        start: fromCodePoint(text, segment.start),
        end: fromCodePoint(text, segment.end),
        label: segment.label === "Ignore" ? NOT_JUDGED : ERROR,
        ...(segment.label === "Ignore" ? {} : { tone: index }),
        title: [segment.label, ...titles].join(": "),
      };
    });
}
