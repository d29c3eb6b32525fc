import type { components } from "@/lib/api/schema";

export type SignalKind = components["schemas"]["SignalKind"];
export type { SignalColumn } from "@/lib/api/types";
