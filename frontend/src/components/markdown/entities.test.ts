import { describe, expect, it } from "vitest";
import { decodeHTMLStrict } from "@/lib/html-entities";
import { renderMarkdown } from "./render";

describe("named characters", () => {
  it.each([
    ["&eacute;", "é"],
    ["&amp;", "&"],
    ["&lt;", "<"],
    ["&semi;", ";"],
    ["&NotEqualTilde;", "≂̸"],
    ["&notaname;", "&notaname;"],
    ["&notit;", "&notit;"],
  ])("%s is %s", (text, decoded) => expect(decodeHTMLStrict(text)).toBe(decoded));

  it("are decoded in markdown and stay text", () => {
    expect(renderMarkdown("caf&eacute; &lt;b&gt; &copy")).toBe("<p>café &lt;b&gt; &amp;copy</p>\n");
  });
});
