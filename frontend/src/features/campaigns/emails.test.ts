import { describe, expect, it } from "vitest";
import { parseEmails } from "./emails";

describe("parseEmails", () => {
  it("takes lines, commas and spaces, and names what is no address", () => {
    expect(parseEmails("Ada@example.org, bo@example.org\nada@example.org oops")).toEqual({
      emails: ["ada@example.org", "bo@example.org"],
      wrong: ["oops"],
    });
  });
});
