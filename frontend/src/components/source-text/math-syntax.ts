import type { Code, Construct, Effects, Extension, State, TokenizeContext } from "micromark-util-types";
import { mathAt } from "@/components/markdown/math";

/**
 * TeX in micromark, found by the very rule the plain renderer uses (`mathAt`), so that both show the same
 * formulas. The rule looks ahead in `source`; the tokenizer then consumes up to the place it found.
 */

declare module "micromark-util-types" {
  interface TokenTypeMap {
    mathText: "mathText";
    mathFlow: "mathFlow";
    mathData: "mathData";
    literalAutolink: "literalAutolink";
    literalAutolinkHttp: "literalAutolinkHttp";
    literalAutolinkWww: "literalAutolinkWww";
    strikethrough: "strikethrough";
    table: "table";
    tableRow: "tableRow";
    tableHeader: "tableHeader";
    tableData: "tableData";
  }
}

const DOLLAR = 36;
const BACKSLASH = 92;

// micromark's codes for CR, LF and CRLF are -5, -4 and -3; those of tabs and blanks -2, -1 and 32.
const isLineEnding = (code: Code): boolean => code !== null && code <= -3;
const isBlank = (code: Code): boolean => code === -2 || code === -1 || code === 32;

/** Whether a formula that fills its lines starts at `at`; gives where it ends. */
function displayEnd(source: string, at: number): number | null {
  if (!source.startsWith("$$", at) && !source.startsWith("\\[", at)) return null;
  const found = mathAt(source, at);
  if (!found) return null;
  const rest = /^[^\r\n]*/.exec(source.slice(found.end, found.end + 1000))?.[0] ?? "";
  return rest.trim() === "" ? found.end : null;
}

function inText(source: string): Construct {
  return {
    name: "mathText",
    tokenize(this: TokenizeContext, effects: Effects, ok: State, nok: State): State {
      const found = mathAt(source, this.now().offset);
      if (!found) return nok;
      const inside: State = (code) => {
        if (this.now().offset >= found.end) {
          effects.exit("mathText");
          return ok(code);
        }
        // The paragraph ends before the formula does.
        if (code === null) return nok(code);
        if (isLineEnding(code)) {
          effects.enter("lineEnding");
          effects.consume(code);
          effects.exit("lineEnding");
          return inside;
        }
        effects.enter("mathData");
        return data(code);
      };
      const data: State = (code) => {
        if (code === null || isLineEnding(code) || this.now().offset >= found.end) {
          effects.exit("mathData");
          return inside(code);
        }
        effects.consume(code);
        return data;
      };
      return (code) => {
        effects.enter("mathText");
        return inside(code);
      };
    },
  };
}

function inFlow(source: string): Construct {
  return {
    name: "mathFlow",
    // No other block starts inside, whatever markdown its lines look like.
    concrete: true,
    tokenize(this: TokenizeContext, effects: Effects, ok: State, nok: State): State {
      const end = displayEnd(source, this.now().offset);
      if (end === null) return nok;
      const finish: State = (code) => {
        effects.exit("mathFlow");
        return ok(code);
      };
      const inside: State = (code) => {
        if (code === null) return finish(code);
        if (this.now().offset >= end) return after(code);
        if (isLineEnding(code)) return effects.check(continuation, nextLine, finish)(code);
        effects.enter("mathData");
        return data(code);
      };
      const nextLine: State = (code) => {
        effects.enter("lineEnding");
        effects.consume(code);
        effects.exit("lineEnding");
        return inside;
      };
      const data: State = (code) => {
        if (code === null || isLineEnding(code) || this.now().offset >= end) {
          effects.exit("mathData");
          return inside(code);
        }
        effects.consume(code);
        return data;
      };
      const after: State = (code) => {
        if (!isBlank(code)) return finish(code);
        effects.enter("whitespace");
        return blanks(code);
      };
      const blanks: State = (code) => {
        if (isBlank(code)) {
          effects.consume(code);
          return blanks;
        }
        effects.exit("whitespace");
        return finish(code);
      };
      return (code) => {
        effects.enter("mathFlow");
        if (this.interrupt) {
          effects.enter("mathData");
          effects.consume(code);
          effects.exit("mathData");
          return finish;
        }
        return inside(code);
      };
    },
  };
}

/** The next line still belongs to the same quote or list item. */
const continuation: Construct = {
  partial: true,
  tokenize(this: TokenizeContext, effects: Effects, ok: State, nok: State): State {
    const after: State = (code) => (this.parser.lazy[this.now().line] ? nok(code) : ok(code));
    return (code) => {
      effects.enter("lineEnding");
      effects.consume(code);
      effects.exit("lineEnding");
      return after;
    };
  },
};

export function mathSyntax(source: string): Extension {
  const text = inText(source);
  const flow = inFlow(source);
  return {
    text: { [DOLLAR]: text, [BACKSLASH]: text },
    flow: { [DOLLAR]: flow, [BACKSLASH]: flow },
  };
}
