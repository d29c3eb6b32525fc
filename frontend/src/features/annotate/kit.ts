/** What other features need to show a form as annotators will see it. The page itself stays in this folder. */
export { activeQuestion, askedQuestions, cleanAnswers, missingQuestions } from "./form-state";
export { MentionField } from "./mention-field";
export { PromptPane } from "./prompt-pane";
export type { QuestionProps } from "./questions/module";
export { questionModule } from "./questions/registry";
export { Responses, type View } from "./responses";
export { SourcesPanel } from "./sources-panel";
