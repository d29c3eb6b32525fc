export { marksWithin, type SourceMark } from "./marks";
export {
  isUnit,
  markIdsAt,
  type Offsets,
  offsetAt,
  offsetsToRange,
  placeOf,
  rangeToOffsets,
  selectionToOffsets,
} from "./selection";
export { SourceText } from "./source-text";
export { preloadSourceText } from "./use-blocks";
