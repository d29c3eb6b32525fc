import type { Timestamp, UserRef } from "./common";

export type Role = "annotator" | "reviewer" | "curator" | "admin";

export type Verb =
  | "project.view"
  | "annotate"
  | "campaign.view"
  | "feedback.view"
  | "dataset.view"
  | "job.view"
  | "dataset.manage"
  | "campaign.manage"
  | "signal.run"
  | "recipe.view"
  | "recipe.manage"
  | "snapshot.manage"
  | "export.create"
  | "run.view"
  | "model.view"
  | "job.manage"
  | "project.manage"
  | "member.view"
  | "member.manage"
  | "run.manage"
  | "model.manage";

export interface Me {
  id: number;
  email: string;
  name: string;
  is_simulated: boolean;
  memberships: { project: { id: number; name: string }; role: Role }[];
}

export interface ApiToken {
  name: string;
  scope: "read" | "write";
  /** The first characters of the token; names it in lists and when it is revoked. */
  token_key: string;
  expiry: Timestamp | null;
  created: Timestamp;
  /** The secret itself; present only in the answer that created it. */
  token?: string;
}

export interface Project {
  id: number;
  name: string;
  description: string;
  role: Role;
  verbs: Verb[];
  created_at: Timestamp;
}

export interface Member {
  id: number;
  user: UserRef;
  role: Role;
  /** A one-time link; only in the answer that made it. */
  invitation_url?: string | null;
  created_at: Timestamp;
}

export interface Invitation {
  email: string;
  project_name: string;
  role: Role;
}
