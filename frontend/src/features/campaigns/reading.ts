import type { CampaignFeedback, Reading } from "@/lib/api/types";
import { formatMs, formatPercent } from "@/lib/format";

/** What was measured while an answer was given, as facts and without a verdict. */
export function timesOf(
  feedback: Pick<CampaignFeedback, "duration_ms" | "active_ms" | "reading">,
): { label: string; value: string }[] {
  const { reading } = feedback;
  const times: [string, number | null | undefined][] = [
    ["Active time", feedback.active_ms],
    ["On screen", feedback.duration_ms],
    ["Idle", reading?.idle_ms],
    ["First answer after", reading?.first_answer_ms],
  ];
  return times.flatMap(([label, ms]) =>
    ms === null || ms === undefined ? [] : [{ label, value: formatMs(ms) }],
  );
}

/** "First 100 %, to its end; Second 62 %": how much of each text was on screen. */
export function seenText(reading: Reading | null, name: (target: string) => string): string | null {
  const seen = Object.entries(reading?.seen ?? {});
  if (seen.length === 0) return null;
  const ends = new Set(reading?.reached_end ?? []);
  return seen
    .map(
      ([target, share]) => `${name(target)} ${formatPercent(share)}${ends.has(target) ? ", to its end" : ""}`,
    )
    .join("; ");
}
