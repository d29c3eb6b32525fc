/** Answers to be read: what campaigns and datasets show of them. */
export type { TargetDensity } from "../questions/spans/density-view";
export { AnswerReader, MarkedTexts } from "./answer-reader";
export { questionFor } from "./question-for";
export { type NameTarget, namesInRecord, namesShown, summaryOf } from "./words";

/** For `lazy`: brings the parser of rendered text along. */
export const loadDensityView = () =>
  import("../questions/spans/density-view").then((module) => ({ default: module.DensityView }));
