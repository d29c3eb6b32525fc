export { KeyEditor } from "./key-editor";
