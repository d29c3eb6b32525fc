import { useNavigate } from "@tanstack/react-router";
import { Icon } from "@/components/ui/icon";
import { DropdownMenu, MenuCheck, MenuItem, MenuLabel, MenuSeparator } from "@/components/ui/menu";
import type { Project } from "@/lib/api/types";
import { paths } from "@/lib/paths";
import { useMe } from "@/lib/session";

/** The current project's name; opens the list of the others. */
export function ProjectSwitcher({ current }: { current?: Project }) {
  const me = useMe();
  const navigate = useNavigate();
  const go = (to: string) => void navigate({ to });
  return (
    <DropdownMenu
      align="start"
      trigger={
        <button
          type="button"
          aria-label={current ? `Project: ${current.name}. Switch project` : "Choose a project"}
          className="inline-flex h-7 max-w-[220px] items-center gap-1 rounded-md px-1.5 font-medium hover:bg-sunken"
        >
          <span className="truncate">{current?.name ?? "Plumbline"}</span>
          <Icon name="chevron-down" size={14} className="shrink-0 text-muted" />
        </button>
      }
    >
      {current && (
        <>
          <MenuItem onSelect={() => go(paths.project(current.id))}>Overview</MenuItem>
          {current.verbs.includes("member.view") && (
            <MenuItem onSelect={() => go(paths.members(current.id))}>Members</MenuItem>
          )}
          {current.verbs.includes("principle.view") && (
            <MenuItem onSelect={() => go(paths.principles(current.id))}>Principles</MenuItem>
          )}
          <MenuSeparator />
        </>
      )}
      <MenuLabel>Projects</MenuLabel>
      {me.memberships.map((each) => (
        <MenuCheck
          key={each.project.id}
          checked={each.project.id === current?.id}
          onSelect={() => go(paths.project(each.project.id))}
        >
          {each.project.name}
        </MenuCheck>
      ))}
      {me.memberships.length === 0 && <p className="px-2 py-1 text-muted">You are in no project yet.</p>}
      <MenuSeparator />
      <MenuItem onSelect={() => go(paths.projects())}>All projects</MenuItem>
      <MenuItem icon="plus" onSelect={() => go(paths.newProject())}>
        Create project
      </MenuItem>
    </DropdownMenu>
  );
}
