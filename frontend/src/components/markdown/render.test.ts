import { describe, expect, it } from "vitest";
import { mathAt } from "./math";
import { renderMarkdown } from "./render";

function dom(text: string): HTMLElement {
  const root = document.createElement("div");
  root.innerHTML = renderMarkdown(text);
  return root;
}

const ATTACKS: [string, string][] = [
  ["a script element", "<script>alert(1)</script>"],
  ["a picture with a handler", "<img src=x onerror=alert(1)>"],
  ["an svg with a handler", "<svg/onload=alert(1)>"],
  ["an iframe", '<iframe src="javascript:alert(1)"></iframe>'],
  ["a javascript link", "[click](javascript:alert(1))"],
  ["an upper-case javascript link", "[click](JaVaScRiPt:alert(1))"],
  ["an encoded javascript link", "[click](java&#115;cript:alert(1))"],
  ["a vbscript link", "[click](vbscript:msgbox(1))"],
  ["a data link", "[click](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)"],
  ["a javascript picture", "![x](javascript:alert(1))"],
  ["an attribute broken out of a link", '[a](http://x.example/"onmouseover="alert(1))'],
  ["an attribute broken out of a title", '[a](http://x.example "\\"onmouseover=alert(1)")'],
  ["an attribute broken out of a picture", '![a"onerror="alert(1)](http://x.example/p.png)'],
  ["an autolink", "<javascript:alert(1)>"],
  ["a style element", "<style>body{display:none}</style>"],
  ["a form", '<form action="/api/me/tokens/"><button>x</button></form>'],
  ["html in a code fence's language", '```"><img src=x onerror=alert(1)>\ncode\n```'],
  ["html in a formula", "$<img src=x onerror=alert(1)>$"],
  ["html in a block formula", "$$\n</span><script>alert(1)</script>\n$$"],
  ["html in a table", "| a |\n| - |\n| <img src=x onerror=alert(1)> |"],
  [
    "a mutated namespace",
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
  ],
];

describe("text from anyone", () => {
  it.each(ATTACKS)("cannot run or load anything through %s", (_name, text) => {
    const root = dom(text);
    expect(
      root.querySelector("script,style,iframe,object,embed,form,svg,math,img,input,button,link,meta,base"),
    ).toBeNull();
    for (const element of root.querySelectorAll("*")) {
      for (const attribute of element.attributes) {
        expect(attribute.name).not.toMatch(/^on|^style$|^src|^id$/);
        if (attribute.name === "href") expect(attribute.value).toMatch(/^(https?:|mailto:)/);
      }
    }
  });

  it("shows raw HTML as the text it is", () => {
    expect(dom("<b>bold</b>").textContent?.trim()).toBe("<b>bold</b>");
  });

  it("makes links that tell the other side nothing", () => {
    const link = dom("[docs](https://example.org)").querySelector("a");
    expect(link?.getAttribute("rel")).toBe("noopener noreferrer nofollow");
    expect(link?.target).toBe("_blank");
  });

  it("never loads a picture, but says there is one", () => {
    const root = dom("![a cat](https://example.org/cat.png)");
    expect(root.querySelector("a.md-image")?.textContent).toBe("Image: a cat");
    expect(dom("![a cat](/api/me/)").querySelector("a")).toBeNull();
  });
});

describe("markdown", () => {
  it("renders code without touching what is inside", () => {
    expect(dom("```py\nx = '<b>' # $a$\n```").querySelector("pre code")?.textContent).toBe(
      "x = '<b>' # $a$\n",
    );
  });

  it("keeps line breaks, as chat text means them", () => {
    expect(dom("one\ntwo").querySelectorAll("br")).toHaveLength(1);
  });
});

describe("formulas", () => {
  it.each([
    ["$a_1$", "a_1", "inline"],
    ["\\(x^2\\)", "x^2", "inline"],
    ["$$\\int_0^1 x\\,dx$$", "\\int_0^1 x\\,dx", "block"],
    ["\\[ y = 1 \\]", "y = 1", "block"],
    ["$$\na = b\n\n+ c\n$$", "a = b\n\n+ c", "block"],
  ])("are found in %s", (text, tex, kind) => {
    const formula = dom(text).querySelector<HTMLElement>("[data-math]");
    expect(formula?.textContent).toBe(tex);
    expect(formula?.dataset.math).toBe(kind);
  });

  it("leave money alone", () => {
    expect(dom("It costs $5 and then $10.").querySelector("[data-math]")).toBeNull();
    expect(mathAt("$ 5 $", 0)).toBeNull();
  });

  it("leave code alone", () => {
    expect(dom("`$a$`").querySelector("[data-math]")).toBeNull();
  });
});

describe("a long text", () => {
  const block =
    "Some **words** and $x$ that go on for a while, as in a book of many parts.\n\n- one\n- two\n\n";
  const text = block.repeat(400);

  it("is grouped, and says the same as it would ungrouped", () => {
    const html = renderMarkdown(text);
    const page = document.createElement("div");
    page.innerHTML = html;
    expect(page.querySelectorAll(".prose-group").length).toBeGreaterThan(5);
    expect(page.querySelectorAll("li")).toHaveLength(800);
    const short = document.createElement("div");
    short.innerHTML = renderMarkdown(block).repeat(400);
    expect(page.textContent).toBe(short.textContent);
    expect(page.querySelector("[style*=contain-intrinsic-block-size]")).toBeTruthy();
  });

  it("keeps links that are defined at its end", () => {
    const html = renderMarkdown(`[here][far]\n\n${text}\n[far]: https://example.org/\n`);
    expect(html).toContain('<a href="https://example.org/"');
  });

  it("is as safe as a short one", () => {
    const html = renderMarkdown(`<img src=x onerror=alert(1)>\n\n${text}`);
    const page = document.createElement("div");
    page.innerHTML = html;
    expect(page.querySelector("img")).toBeNull();
  });
});
