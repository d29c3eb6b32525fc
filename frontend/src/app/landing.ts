import type { Me } from "@/lib/api/types";
import { paths } from "@/lib/paths";
import { readSetting } from "@/lib/storage";

/** Where a person starts: labelling, the project they were in last, their only project, or the list. */
export function landing(me: Me): string {
  const working = me.memberships.filter((each) => each.role !== "annotator");
  if (working.length === 0 && me.memberships.length > 0) return paths.annotate();
  const last = working.find((each) => String(each.project.id) === readSetting("last-project"));
  const chosen = last ?? (working.length === 1 ? working[0] : undefined);
  return chosen ? paths.project(chosen.project.id) : paths.projects();
}
