export { Markdown } from "./markdown";
export { renderMarkdown } from "./render";
