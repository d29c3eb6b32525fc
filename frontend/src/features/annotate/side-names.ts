import { msg, useT } from "@/lib/i18n";

/** Responses are named by their place alone. */
export const SIDE_NAMES = [
  msg("First"),
  msg("Second"),
  msg("Third"),
  msg("Fourth"),
  msg("Fifth"),
  msg("Sixth"),
  msg("Seventh"),
  msg("Eighth"),
];
const RESPONSES = [
  msg("First response"),
  msg("Second response"),
  msg("Third response"),
  msg("Fourth response"),
  msg("Fifth response"),
  msg("Sixth response"),
  msg("Seventh response"),
  msg("Eighth response"),
];

/** The short name in a pane's heading and the full one said by screen readers. */
export function useSideNames() {
  const t = useT();
  return {
    short: (index: number) => t(SIDE_NAMES[index] ?? String(index + 1)),
    full: (index: number) => t(RESPONSES[index] ?? String(index + 1)),
  };
}
