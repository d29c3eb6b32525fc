/** What the rows of a file can look like; the server recognises it from the first rows. Values are the server's words. */
export const IMPORT_FORMATS: { value: string; label: string }[] = [
  { value: "", label: "Recognise by itself" },
  { value: "trl_preference", label: "TRL preference (chosen, rejected)" },
  { value: "hh_transcripts", label: "Human/Assistant transcripts" },
  { value: "sharegpt", label: "ShareGPT conversations" },
  { value: "fine_grained", label: "Fine-grained feedback (spans)" },
  { value: "paired_instruction", label: "Instruction with two responses" },
  { value: "canonical_rows", label: "Plumbline rows" },
];

export function formatLabel(value: string): string {
  return IMPORT_FORMATS.find((each) => each.value === value && value !== "")?.label ?? value;
}
