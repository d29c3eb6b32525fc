export { type ControlProps, type FieldsProps, type Of, Problem, TickList, toggled } from "./control";
export { ItemsControl } from "./items-control";
export { SchemaControl } from "./schema-control";
