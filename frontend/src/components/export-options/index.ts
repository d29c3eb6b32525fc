export { blockOf, type ExportCheck, writtenOf } from "./check-words";
export { ExportCheckLine } from "./export-check-line";
export { ExportOptionFields } from "./export-option-fields";
export { type ExportFormat, exportFormatsQuery, optionFields } from "./formats";
export { useExportCheck } from "./use-export-check";
export { useOptionFields } from "./use-option-fields";
