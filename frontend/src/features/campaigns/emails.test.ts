import { describe, expect, it } from "vitest";
import { parseEmails, refusedEmails } from "./emails";

describe("parseEmails", () => {
  it("takes lines, commas and spaces, and names what is no address", () => {
    expect(parseEmails("Ada@example.org, bo@example.org\nada@example.org oops")).toEqual({
      emails: ["ada@example.org", "bo@example.org"],
      wrong: ["oops"],
    });
  });
});

describe("refused addresses", () => {
  it("are named, and what is refused of something else is left out", () => {
    const refused = {
      "emails.1": "Enter a valid email address.",
      emails: "Too many.",
      campaign: "Finished.",
    };
    expect(refusedEmails(refused, ["ada@example.org", "bob@example.x"])).toEqual({
      text: "bob@example.x: Enter a valid email address. Too many.",
    });
    expect(refusedEmails({ campaign: "Finished." }, [])).toEqual({});
  });
});
