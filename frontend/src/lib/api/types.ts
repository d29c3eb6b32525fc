/** The shapes of the REST API, one file per area. */
export type * from "./types/campaigns";
export type * from "./types/common";
export type * from "./types/datasets";
export type * from "./types/jobs";
export type * from "./types/projects";
export type * from "./types/recipes";
export type * from "./types/runs";
