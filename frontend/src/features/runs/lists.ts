import type { ExportFormat } from "@/components/export-options";
import type { BaseModel, DataExport, Snapshot } from "@/lib/api/types";
import type { Launcher, TrainingMethod } from "./api";

/** What the form of a run offers to choose from. */
export interface Lists {
  methods: TrainingMethod[];
  snapshots: Snapshot[];
  exports: DataExport[];
  models: BaseModel[];
  launchers: Launcher[];
  formats: ExportFormat[];
}
