/** Addresses one per line, or separated by commas or spaces; each once. */
export function parseEmails(text: string): { emails: string[]; wrong: string[] } {
  const parts = [
    ...new Set(
      text
        .split(/[\s,;]+/)
        .filter(Boolean)
        .map((part) => part.toLowerCase()),
    ),
  ];
  const looksRight = (part: string) => /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(part);
  return { emails: parts.filter(looksRight), wrong: parts.filter((part) => !looksRight(part)) };
}
