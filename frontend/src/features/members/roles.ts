import type { Role } from "@/lib/api/types";

export const ROLES: { value: Role; label: string; may: string }[] = [
  {
    value: "annotator",
    label: "Annotator",
    may: "labels in the campaigns they are assigned to, and sees nothing else",
  },
  { value: "reviewer", label: "Reviewer", may: "also reads campaigns, votes, datasets and jobs" },
  {
    value: "curator",
    label: "Curator",
    may: "also imports data, runs campaigns, signals, recipes and exports",
  },
  { value: "admin", label: "Admin", may: "everything, including members, training runs and models" },
];

export function roleLabel(role: Role): string {
  return ROLES.find((each) => each.value === role)?.label ?? role;
}
