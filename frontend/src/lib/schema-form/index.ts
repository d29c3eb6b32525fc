/**
 * Forms drawn from a JSON schema: which fields there are, what they hold, and what is sent. Only the part of JSON
 * schema that parameters use; whatever else a schema says can still be written as JSON.
 */
export {
  type Entries,
  type Entry,
  entriesOf,
  type ItemEntry,
  itemsIn,
  paramsOf,
  problemsOf,
  rangeOf,
  refusalsOf,
  shownEntry,
  textsIn,
} from "./entries";
export {
  fieldsOf,
  type ItemPart,
  type SchemaField,
  type SchemaFormat,
  type SchemaOption,
} from "./fields";
