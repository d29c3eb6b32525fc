import { diffLines } from "diff";
import type { RenderedCall } from "./api";

export interface MarkedPart {
  text: string;
  /** Not in the other question at this place. */
  differs: boolean;
}

export interface MarkedMessage {
  role: string;
  parts: MarkedPart[];
}

/** The messages of each question; of two questions, with what differs between them. */
export function markedMessages(calls: Pick<RenderedCall, "messages">[]): MarkedMessage[][] {
  const [one, other] = calls;
  if (calls.length !== 2 || !one || !other) {
    return calls.map((call) =>
      call.messages.map(({ role, content }) => ({ role, parts: [{ text: content, differs: false }] })),
    );
  }
  const pairs = one.messages.map(({ content }, at) => partsOf(content, other.messages[at]?.content ?? ""));
  return [
    one.messages.map(({ role }, at) => ({ role, parts: pairs[at]?.[0] ?? [] })),
    other.messages.map(({ role, content }, at) => ({
      role,
      parts: pairs[at]?.[1] ?? [{ text: content, differs: true }],
    })),
  ];
}

/** Two texts by lines, those that stand elsewhere or nowhere in the other one marked; each is whole. */
export function partsOf(one: string, other: string): [MarkedPart[], MarkedPart[]] {
  const found = diffLines(one, other);
  return [
    found.filter((part) => !part.added).map((part) => ({ text: part.value, differs: part.removed })),
    found.filter((part) => !part.removed).map((part) => ({ text: part.value, differs: part.added })),
  ];
}
