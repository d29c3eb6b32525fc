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

/** What the server refused of them (`emails`, or `emails.1` of the second), as what is wrong with the `text`. */
export function refusedEmails(refused: Record<string, string>, emails: string[]): { text?: string } {
  const found = Object.entries(refused).flatMap(([name, sentence]) => {
    const [root, place] = name.split(".");
    if (root !== "emails") return [];
    const email = place === undefined ? undefined : emails[Number(place)];
    return [email ? `${email}: ${sentence}` : sentence];
  });
  return found.length > 0 ? { text: found.join(" ") } : {};
}
