import { Outlet, Link as RouterLink, useNavigate } from "@tanstack/react-router";
import { useActions } from "@/actions";
import { registry, runAction } from "@/actions/registry";
import { JobsMenu } from "@/components/job-strip";
import { Button, IconButton } from "@/components/ui/button";
import { Kbd } from "@/components/ui/kbd";
import type { Project, Verb } from "@/lib/api/types";
import { cx } from "@/lib/cx";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";
import { Logo } from "./logo";
import { MeMenu } from "./me-menu";
import { MentionsMenu } from "./mentions-menu";
import { ProjectSwitcher } from "./project-switcher";
import { SkipLink } from "./skip-link";

interface Destination {
  label: string;
  key: string;
  verb: Verb;
  to: (project: number) => string;
}

const DESTINATIONS: Destination[] = [
  { label: "Campaigns", key: "g c", verb: "campaign.view", to: paths.campaigns },
  { label: "Datasets", key: "g d", verb: "dataset.view", to: paths.datasets },
  { label: "Recipes", key: "g r", verb: "recipe.view", to: paths.recipes },
  { label: "Lab", key: "g l", verb: "recipe.view", to: paths.lab },
  { label: "Snapshots", key: "g s", verb: "recipe.view", to: paths.snapshots },
  { label: "Runs", key: "g u", verb: "run.view", to: paths.runs },
  { label: "Models", key: "g m", verb: "model.view", to: paths.models },
  { label: "Judges", key: "g e", verb: "judge.view", to: paths.judges },
  { label: "Jobs", key: "g j", verb: "job.view", to: paths.jobs },
];

export function ProjectFrame() {
  const project = useProject();
  const navigate = useNavigate();
  const allowed = DESTINATIONS.filter((each) => project.verbs.includes(each.verb));
  useActions([
    {
      id: "go.overview",
      label: "Go to project overview",
      keys: ["g o"],
      group: "Go to",
      run: () => void navigate({ to: paths.project(project.id) }),
    },
    {
      id: "go.principles",
      label: "Go to principles",
      keys: ["g p"],
      group: "Go to",
      when: () => project.verbs.includes("principle.view"),
      run: () => void navigate({ to: paths.principles(project.id) }),
    },
    ...allowed.map((each) => ({
      id: `go.${each.label.toLowerCase()}`,
      label: `Go to ${each.label.toLowerCase()}`,
      keys: [each.key],
      group: "Go to",
      run: () => void navigate({ to: each.to(project.id) }),
    })),
  ]);
  return (
    <Shell project={project}>
      <nav
        aria-label="Project"
        className="flex min-w-0 flex-1 gap-0.5 overflow-x-auto max-lg:order-last max-lg:basis-full"
      >
        {allowed.map((each) => (
          <RouterLink
            key={each.label}
            to={each.to(project.id)}
            className="inline-flex h-7 items-center rounded-md px-2 whitespace-nowrap text-muted hover:bg-sunken hover:text-fg"
            activeProps={{ className: "bg-sunken text-fg! font-medium", "aria-current": "page" }}
          >
            {each.label}
          </RouterLink>
        ))}
      </nav>
    </Shell>
  );
}

export function SignedInFrame() {
  return (
    <Shell>
      <div className="flex-1" />
    </Shell>
  );
}

function Shell({ project, children }: { project?: Project; children: React.ReactNode }) {
  return (
    <div className="flex min-h-dvh flex-col">
      <SkipLink />
      <header
        className={cx(
          "sticky top-0 z-20 flex min-h-12 flex-wrap items-center gap-x-2 gap-y-1 border-b border-line bg-canvas px-4 py-1 sm:px-6",
          "max-lg:static",
        )}
      >
        <RouterLink
          to={paths.projects()}
          aria-label="Plumbline, all projects"
          className="inline-flex items-center rounded-md p-1"
        >
          <Logo />
        </RouterLink>
        <ProjectSwitcher current={project} />
        {children}
        <div className="ml-auto flex items-center gap-1">
          {project?.verbs.includes("job.view") && <JobsMenu projectId={project.id} />}
          <PaletteButton />
          <IconButton
            icon="keyboard"
            label="Show keys (?)"
            onClick={() => runById("app.help")}
            className="max-sm:hidden"
          />
          <MentionsMenu />
          <MeMenu />
        </div>
      </header>
      <main id="content" tabIndex={-1} className="flex-1 outline-none">
        <Outlet />
      </main>
    </div>
  );
}

function PaletteButton() {
  return (
    <Button
      size="sm"
      variant="ghost"
      icon="search"
      aria-label="Find a command or page"
      aria-keyshortcuts="Control+K"
      onClick={() => runById("app.palette")}
      className="max-sm:hidden"
    >
      <Kbd keys="$mod+k" />
    </Button>
  );
}

function runById(id: string): void {
  const action = registry.get(id);
  if (action) runAction(action);
}
