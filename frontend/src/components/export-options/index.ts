export { ExportOptionFields } from "./export-option-fields";
export { type ExportFormat, exportFormatsQuery, optionFields } from "./formats";
export { useOptionFields } from "./use-option-fields";
