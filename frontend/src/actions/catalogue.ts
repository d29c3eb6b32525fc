import type { IconName } from "@/components/ui/icon";
import { msg } from "@/lib/i18n";

/**
 * The actions of the annotation page and of the whole app that exist whatever is on screen, so that their keys can
 * be changed from anywhere. Labels and groups are English and translated where they are shown.
 */
export interface NamedAction {
  id: string;
  label: string;
  keys: readonly string[];
  group: string;
  icon?: IconName;
  keyOnly?: boolean;
  whileTyping?: boolean;
}

const labelling = msg("Labelling");
const reading = msg("Reading");
const everywhere = msg("Everywhere");

/** What the annotation page can do, besides what its questions add. */
export const ANNOTATE = {
  submit: { id: "annotate.submit", label: msg("Submit"), keys: ["Enter"], group: labelling },
  submitTyping: {
    id: "annotate.submit-typing",
    label: msg("Submit while typing"),
    keys: ["$mod+Enter"],
    group: labelling,
    keyOnly: true,
    whileTyping: true,
  },
  skip: { id: "annotate.skip", label: msg("Skip"), keys: ["x"], group: labelling },
  flag: { id: "annotate.flag", label: msg("Flag"), keys: ["f"], group: labelling, icon: "flag" },
  comments: { id: "annotate.comments", label: msg("Comments"), keys: ["c"], group: labelling },
  undo: { id: "annotate.undo", label: msg("Undo"), keys: ["$mod+z"], group: labelling, icon: "undo" },
  redo: { id: "annotate.redo", label: msg("Forward"), keys: ["$mod+Shift+z"], group: labelling },
  nextQuestion: {
    id: "annotate.next-question",
    label: msg("Next question"),
    keys: ["j"],
    group: labelling,
    keyOnly: true,
  },
  previousQuestion: {
    id: "annotate.previous-question",
    label: msg("Previous question"),
    keys: ["k"],
    group: labelling,
    keyOnly: true,
  },
  write: { id: "annotate.rationale", label: msg("Say why"), keys: ["r"], group: labelling, keyOnly: true },
  useDraft: {
    id: "annotate.draft-use",
    label: msg("Use the drafted text"),
    keys: ["y"],
    group: labelling,
    keyOnly: true,
  },
  spans: { id: "annotate.spans", label: msg("Mark spans"), keys: ["h"], group: labelling, keyOnly: true },
  edit: { id: "annotate.edit", label: msg("Edit a response"), keys: ["e"], group: labelling, keyOnly: true },
  leaveText: {
    id: "annotate.leave-text",
    label: msg("Leave the text field"),
    keys: ["Escape"],
    group: labelling,
    keyOnly: true,
    whileTyping: true,
  },
  guidelines: {
    id: "annotate.guidelines",
    label: msg("Guidelines"),
    keys: ["g"],
    group: labelling,
    icon: "help",
  },
  pause: { id: "annotate.pause", label: msg("Pause the clock"), keys: ["Shift+p"], group: labelling },
  prompt: {
    id: "annotate.prompt",
    label: msg("Fold or show the prompt"),
    keys: ["p"],
    group: reading,
    keyOnly: true,
  },
  sources: {
    id: "annotate.sources",
    label: msg("Fold or show the sources"),
    keys: ["Shift+s"],
    group: reading,
  },
  layout: { id: "annotate.layout", label: msg("Layout"), keys: ["l"], group: reading, icon: "reader" },
  sync: { id: "annotate.sync", label: msg("Scroll together"), keys: ["s"], group: reading, icon: "link" },
  diff: { id: "annotate.diff", label: msg("Differences"), keys: ["d"], group: reading, icon: "table" },
  focusPrevious: {
    id: "annotate.first",
    label: msg("First or previous response alone"),
    keys: ["["],
    group: reading,
  },
  focusNext: {
    id: "annotate.second",
    label: msg("Second or next response alone"),
    keys: ["]"],
    group: reading,
  },
  showAll: { id: "annotate.both", label: msg("Show all responses"), keys: ["Escape"], group: reading },
} as const satisfies Record<string, NamedAction>;

/** What works on every page. */
export const EVERYWHERE = {
  palette: {
    id: "app.palette",
    label: msg("Find a command or page"),
    keys: ["$mod+k"],
    group: everywhere,
    icon: "search",
    keyOnly: true,
    whileTyping: true,
  },
  help: { id: "app.help", label: msg("Show keys"), keys: ["Shift+?"], group: everywhere, icon: "keyboard" },
} as const satisfies Record<string, NamedAction>;

export const CATALOGUE: readonly NamedAction[] = [...Object.values(ANNOTATE), ...Object.values(EVERYWHERE)];

const PAGE = new Set(CATALOGUE.map((action) => action.id));

/** Whether an action works on its page whatever the questions are. */
export function isPageAction(id: string): boolean {
  return PAGE.has(id);
}
