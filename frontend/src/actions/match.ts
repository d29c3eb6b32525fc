/**
 * How well `text` finds `label`: 0 is not at all. Beginnings of words beat letters inside words; every typed
 * word must be found.
 */
export function matchScore(label: string, text: string): number {
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return 1;
  const lower = label.toLowerCase();
  let score = 0;
  for (const word of wanted) {
    if (lower.startsWith(word)) score += 4;
    else if (lower.split(/\s+/).some((each) => each.startsWith(word))) score += 3;
    else if (lower.includes(word)) score += 1;
    else return 0;
  }
  return score;
}
