import { describe, expect, it } from "vitest";
import { failureWords } from "./failure-words";

describe("why a row has no value", () => {
  it("says in words what the server's reason means", () => {
    expect(failureWords("model_trained_on_it")).toBe(
      "the model was trained on this prompt, so what it says is memory",
    );
    expect(failureWords("not_a_safety_topic")).toBe("not about safety");
    expect(failureWords("empty")).toBe("an empty text");
  });

  it("leaves reasons that are words already as they are", () => {
    expect(failureWords("empty_response")).toBe("empty response");
    expect(failureWords("constructor_missing")).toBe("constructor missing");
  });
});
