import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { markedMessages, partsOf } from "./prompt-marks";

const call = (...contents: string[]) => ({
  messages: contents.map((content) => ({ role: "user", content })),
});

describe("what differs between two questions", () => {
  it("is marked on either side", () => {
    const [one, other] = markedMessages([
      call("Same.", "Judge.\nred\nblue\nEnd."),
      call("Same.", "Judge.\nblue\nred\nEnd."),
    ]);
    const marked = (messages: typeof one) =>
      messages?.map((message) =>
        message.parts.filter((part) => part.differs).map((part) => part.text.trim()),
      );
    expect(marked(one)).toEqual([[], ["red"]]);
    expect(marked(other)).toEqual([[], ["red"]]);
  });

  it("is nothing for one question, or three", () => {
    for (const calls of [[call("a")], [call("a"), call("b"), call("c")]]) {
      expect(markedMessages(calls).flatMap((messages) => messages.flatMap((each) => each.parts))).toEqual(
        calls.map((each) => ({ text: each.messages[0]?.content, differs: false })),
      );
    }
  });

  it("leaves every text whole", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", " ", "\n", "字", ".") });
    fc.assert(
      fc.property(text, text, (one, other) => {
        const whole = partsOf(one, other).map((parts) => parts.map((part) => part.text).join(""));
        expect(whole).toEqual([one, other]);
      }),
    );
  });
});
