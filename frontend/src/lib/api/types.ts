/**
 * The shapes of the REST API: names for the types generated from the server's OpenAPI document (`npm run types`).
 * Written by hand is only what that document leaves open: questions and answers, which a form decides, and the
 * filter language.
 */
import type { Answers, Aspect, Question } from "@/features/annotate/questions/types";
import type { components } from "./schema";

export type * from "@/features/annotate/questions/types";

type Schemas = components["schemas"];

/** One page of a keyset-paged list. `next` is the cursor of the following page. */
export interface Page<T> {
  results: T[];
  next: string | null;
}

/** ISO 8601 in UTC. */
export type Timestamp = string;
export type UserRef = Schemas["UserRef"];
export type Message = Schemas["ItemMessage"];
export type Histogram = Schemas["Histogram"];

export type Job = Schemas["Job"];
export type JobState = Schemas["JobStateEnum"];
export type JobLogLine = Schemas["JobLogEntry"];

export type Role = Schemas["RoleEnum"];
export type Me = Schemas["Me"];
export type ApiToken = Schemas["Token"];
export type Member = Schemas["Member"];
export type Invitation = Schemas["Invitation"];
export type Project = Omit<Schemas["Project"], "verbs"> & { verbs: Verb[] };

/** What a role may do; the table of roles is the server's (`webapp/projects/policies.py`). */
export type Verb =
  | "project.view"
  | "project.manage"
  | "member.view"
  | "member.manage"
  | "annotate"
  | "campaign.view"
  | "campaign.manage"
  | "feedback.view"
  | "principle.view"
  | "principle.manage"
  | "judge.view"
  | "judge.manage"
  | "dataset.view"
  | "dataset.manage"
  | "signal.run"
  | "recipe.view"
  | "recipe.manage"
  | "snapshot.manage"
  | "export.create"
  | "job.view"
  | "job.manage"
  | "run.view"
  | "run.manage"
  | "model.view"
  | "model.manage";

export type Dataset = Schemas["Dataset"];
export type DatasetImport = Schemas["Import"];
export type DatasetVersion = Schemas["DatasetVersion"];
export type DatasetRow = Omit<Schemas["Row"], "prompt" | "responses"> & {
  prompt: ItemMessage[];
  responses: ResponseText[];
};
export type ResponseText = Schemas["RowResponse"] & { images?: string[] };
/** What somebody said of a record that is no vote. */
export type RowAnnotation = Schemas["RowAnnotation"];
/** `value` is −3…+3, signed toward `b`; null for "both bad". `a` sorts before `b` always. */
export type Label = Schemas["RowLabel"];
export type Signal = Schemas["Signal"];
export type SignalColumn = Schemas["SignalColumn"];

export type PredicateOp = "eq" | "ne" | "lt" | "le" | "gt" | "ge" | "contains" | "in";
export type Predicate =
  | { and: Predicate[] }
  | { or: Predicate[] }
  | { not: Predicate }
  | { field: string; op: PredicateOp; value: string | number | boolean | (string | number)[] };

export type Form = Omit<Schemas["FormVersion"], "questions"> & { questions: Question[] };
export type ItemMessage = { role: string; content: string; images?: string[] };
export type ItemResponse = { response_id: string; content: string; images?: string[] };
/** What a record's metadata lets annotators see beside its texts. */
export interface Materials {
  passages?: { title: string; sentences: string[] }[];
  reference?: string;
  rubric?: Aspect[];
}
/** The responses come in the order shown. */
export type Item = Omit<Schemas["Item"], "prompt" | "responses" | "materials"> & {
  prompt: ItemMessage[];
  responses: ItemResponse[];
  materials?: Materials | null;
};
/** An item as it is stored: its responses in no order that anybody was shown. */
export type ItemDetail = Omit<Schemas["ItemDetail"], keyof Item> & Item;
export type Campaign = Omit<Schemas["Campaign"], "form"> & { form: Form };
/** One version of a campaign's form, with how many of the answers that count were given under it. */
export type FormVersionDetail = Omit<Schemas["FormVersionDetail"], "questions"> & { questions: Question[] };
/** What a change of the questions would do to the answers given so far. */
export type FormCheck = Schemas["FormCheck"];
export type GuidelinesExample = Schemas["GuidelinesExample"];
export type CampaignAnnotator = Schemas["CampaignAnnotator"];
export type CampaignQuality = Schemas["Quality"];
export type GuidelinesVersion = Schemas["GuidelinesVersion"];
/** A rule or advice that judges and annotators go by, at its newest version. */
export type Principle = Schemas["Principle"];
export type PrincipleDetail = Schemas["PrincipleDetail"];
export type PrincipleVersion = Schemas["PrincipleVersion"];
export type PrincipleConditions = Schemas["PrincipleConditions"];
/** As those who judge read it. */
export type PrincipleText = Schemas["PrincipleText"];
/** One version of an AI annotator; it never changes, changed copies are further versions. */
export type Judge = Schemas["Judge"];
export type CampaignFeedback = Omit<Schemas["CampaignFeedback"], "answers"> & { answers: Answers };
export type Reading = Schemas["Reading"];
export type Flag = Schemas["Flag"];
export type Comment = Schemas["Comment"];
export type MyCampaign = Schemas["MyCampaign"];
export type NextItem = Omit<Schemas["Next"], "form" | "item" | "answers" | "drafts"> & {
  form: Form;
  item: Item;
  /** Answers that carry over from an earlier version of the form. */
  answers?: Answers;
  /** Answers that AI drafted, to be confirmed or corrected. */
  drafts?: Answers;
};
export type FeedbackReceipt = Schemas["StoredFeedback"];
export type FeedbackDetail = Omit<Schemas["Feedback"], "answers" | "form" | "item"> & {
  answers: Answers;
  form: Form;
  item: Item;
};

/** A step is its type and whatever its schema in the catalogue allows. */
export interface RecipeStep {
  type: string;
  [param: string]: unknown;
}

export type RecipeStepKind = Schemas["RecipeStepKind"];
export type Recipe = Omit<Schemas["Recipe"], "steps"> & { steps: RecipeStep[] };
export type FunnelStep = Schemas["FunnelStep"];
export type PairRow = Schemas["PairRow"];
export type RecipePreview = Schemas["RecipePreview"];
export type Snapshot = Omit<Schemas["Snapshot"], "steps"> & { steps: RecipeStep[] };
/** A recipe frozen again every so often over the newest version of a dataset. */
export type SnapshotRefresh = Schemas["SnapshotRefresh"];
export type SnapshotApproval = Schemas["SnapshotApproval"];
/** Why a pair is in a snapshot or out of it. */
export type PairLineage = Schemas["PairLineage"];
export type SnapshotChange = Schemas["SnapshotChange"];
export type DistributionShift = Schemas["DistributionShift"];
export type SnapshotDiff = Schemas["SnapshotDiff"];

export type DataExport = Schemas["Export"];
export type BaseModel = Schemas["BaseModel"];
export type Run = Schemas["Run"];
export type RunConfig = Schemas["RunConfig"];
export type RunMetrics = Schemas["RunMetrics"];
export type ModelVersion = Schemas["ModelVersion"];
