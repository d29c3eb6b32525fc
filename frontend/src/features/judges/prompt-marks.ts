import { diffWordsWithSpace } from "diff";
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

/** Above this many characters a comparison by words would be felt; lines are told apart instead. */
const LONG = 40_000;

/** The messages of each question; of two questions, with what differs between them. */
export function markedMessages(calls: Pick<RenderedCall, "messages">[]): MarkedMessage[][] {
  const [one, other] = calls;
  if (calls.length !== 2 || !one || !other) {
    return calls.map((call) =>
      call.messages.map(({ role, content }) => ({ role, parts: [{ text: content, differs: false }] })),
    );
  }
  return [side(one, other), side(other, one)];
}

const side = (own: Pick<RenderedCall, "messages">, other: Pick<RenderedCall, "messages">) =>
  own.messages.map(({ role, content }, at) => ({
    role,
    parts: partsOf(content, other.messages[at]?.content ?? ""),
  }));

/** The parts of a text that are not in another, beside those that are; together they are the whole text. */
export function partsOf(text: string, other: string): MarkedPart[] {
  if (text === other) return [{ text, differs: false }];
  if (text.length + other.length > LONG) return linesOf(text, other);
  return diffWordsWithSpace(other, text)
    .filter((part) => !part.removed)
    .map((part) => ({ text: part.value, differs: part.added }));
}

function linesOf(text: string, other: string): MarkedPart[] {
  const there = new Set(other.split("\n"));
  const lines = text.split("\n");
  return lines.map((line, at) => ({
    text: at < lines.length - 1 ? `${line}\n` : line,
    differs: !there.has(line),
  }));
}
