/** White space as the server counts it (Python's `str.strip`); JavaScript's `\s` differs in a few characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the server strips these separators too.
export const BLANK = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;
