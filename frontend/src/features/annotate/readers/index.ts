/** Answers to be read: what campaigns and datasets show of them. */
export { AnswerReader } from "./answer-reader";
export { questionFor } from "./question-for";
export { type NameTarget, namesInRecord, namesShown, summaryOf } from "./words";
