import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

const known = new Map<string, string>();

/**
 * SHA-256 of the text's UTF-8 in hexadecimal, which proves to the server which text was marked. In JavaScript,
 * because browsers offer their own only on https, and rooms on a local network run without it.
 */
export function textHash(text: string): string {
  const before = known.get(text);
  if (before) return before;
  const hash = bytesToHex(sha256(utf8ToBytes(text)));
  if (known.size > 40) known.clear();
  known.set(text, hash);
  return hash;
}
