import type { Message, Timestamp, UserRef } from "./common";

export interface PairwiseQuestion {
  name: string;
  type: "pairwise";
  title: string;
  steps: 3 | 5 | 7;
  tie: boolean;
  both_bad: boolean;
  required: boolean;
  aspect: string | null;
}

export interface TextQuestion {
  name: string;
  type: "text";
  title: string;
  required: boolean;
  max_chars: number;
}

export type Question = PairwiseQuestion | TextQuestion;

export interface Form {
  id: number;
  version: number;
  questions: Question[];
}

export interface Campaign {
  id: number;
  project: number;
  name: string;
  state: "active" | "paused" | "finished";
  guidelines: string;
  overlap: number;
  lease_seconds: number;
  form: Form;
  progress: {
    items: number;
    completed_items: number;
    feedback: number;
    active_leases: number;
    skips: number;
    annotators: number;
  };
  created_at: Timestamp;
}

export interface CampaignAnnotator {
  user: UserRef;
  /** A one-time link; only in the answer that made it. */
  invitation_url?: string | null;
  feedback: number;
  median_active_ms: number | null;
  last_at: Timestamp | null;
}

export interface MyCampaign {
  id: number;
  name: string;
  project: { id: number; name: string };
  state: Campaign["state"];
  my_done: number;
  remaining_for_me: number;
  guidelines: string;
}

export interface Item {
  id: number;
  position: number;
  prompt: Message[];
  /** In the order shown. */
  responses: { response_id: string; content: string }[];
  context: string | null;
}

export interface NextItem {
  lease: { id: number; expires_at: Timestamp };
  item: Item;
  form: Form;
}

export type PairwiseAnswer =
  | { better: string; strength: number }
  | { outcome: "tie" }
  | { outcome: "both_bad" };

export type Answers = Record<string, PairwiseAnswer | string>;

export interface FeedbackReceipt {
  feedback: { id: number; revision: number; item: number; created_at: Timestamp };
}

export interface FeedbackDetail {
  id: number;
  revision: number;
  answers: Answers;
  item: Item;
  form: Form;
  created_at: Timestamp;
}

export interface CampaignQuality {
  feedback: number;
  items_done: number;
  strength_histogram: { value: number; count: number }[];
  outcomes: Record<string, number>;
  side_bias: { first_rate: number | null; low: number | null; high: number | null; n: number };
  agreement: { pairs: number; rate: number | null; low: number | null; high: number | null };
  median_active_ms: number | null;
  annotators: {
    user: UserRef;
    feedback: number;
    first_rate: number | null;
    median_active_ms: number | null;
    agreement: number | null;
  }[];
}
