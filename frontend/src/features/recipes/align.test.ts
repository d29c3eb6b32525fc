import { describe, expect, it } from "vitest";
import { alignSteps } from "./align";

const filter = (min: number) => ({ type: "filter", on: { fact: "votes" }, min });
const pairs = (lines: ReturnType<typeof alignSteps>) =>
  lines.map(({ a, b, same }) => `${a ?? "–"}${same ? "=" : "~"}${b ?? "–"}`);

describe("alignSteps", () => {
  it("puts equal steps beside each other, whatever was added between them", () => {
    const [labels, select] = [{ type: "labels" }, { type: "select", budget: 5 }];
    expect(pairs(alignSteps([labels, select], [labels, filter(1), select]))).toEqual(["0=0", "–~1", "1=2"]);
    expect(pairs(alignSteps([labels, filter(1), select], [labels, select]))).toEqual(["0=0", "1~–", "2=1"]);
  });

  it("puts changed steps of one type beside each other, but equal ones first", () => {
    expect(pairs(alignSteps([filter(1)], [filter(2)]))).toEqual(["0~0"]);
    expect(pairs(alignSteps([filter(1), filter(2)], [filter(2)]))).toEqual(["0~–", "1=0"]);
  });

  it("takes the order of parameters for nothing", () => {
    const turned = { min: 1, on: { fact: "votes" }, type: "filter" };
    expect(pairs(alignSteps([filter(1)], [turned]))).toEqual(["0=0"]);
  });

  it("holds every step once, also of recipes that share nothing", () => {
    expect(pairs(alignSteps([{ type: "a" }], [{ type: "b" }]))).toEqual(["0~–", "–~0"]);
    expect(alignSteps([], [])).toEqual([]);
  });
});
