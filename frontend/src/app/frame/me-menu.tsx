import { useNavigate } from "@tanstack/react-router";
import { registry, runAction, useActions } from "@/actions";
import { IconButton } from "@/components/ui/button";
import { DropdownMenu, MenuCheck, MenuItem, MenuLabel, MenuSeparator } from "@/components/ui/menu";
import { paths } from "@/lib/paths";
import { useMe } from "@/lib/session";
import { setTheme, type Theme, useTheme } from "@/lib/theme";

const THEMES: { value: Theme; label: string }[] = [
  { value: "system", label: "As the system" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];

export function MeMenu() {
  const me = useMe();
  const theme = useTheme();
  const navigate = useNavigate();
  const toAccount = () => void navigate({ to: paths.account() });
  const toAnnotate = () => void navigate({ to: paths.annotate() });
  useActions([
    {
      id: "go.projects",
      label: "Go to all projects",
      keys: ["g p"],
      group: "Go to",
      run: () => void navigate({ to: paths.projects() }),
    },
    { id: "go.annotate", label: "Go to my campaigns", keys: ["g a"], group: "Go to", run: toAnnotate },
    { id: "go.account", label: "Go to my account", group: "Go to", run: toAccount },
    {
      id: "app.theme",
      label: "Switch between light and dark",
      group: "Everywhere",
      run: () => setTheme(shownDark(theme) ? "light" : "dark"),
    },
    { id: "app.sign-out", label: "Sign out", group: "Everywhere", run: signOut },
  ]);
  return (
    <DropdownMenu trigger={<IconButton icon="user" label={`Account of ${me.name || me.email}`} />}>
      <div className="px-2 pt-1 pb-2">
        <p className="font-medium">{me.name || me.email}</p>
        {me.name && <p className="text-sm text-muted">{me.email}</p>}
      </div>
      <MenuSeparator />
      <MenuItem onSelect={toAnnotate}>My campaigns</MenuItem>
      <MenuItem onSelect={toAccount}>Account and tokens</MenuItem>
      <MenuItem
        shortcut="Shift+?"
        onSelect={() => {
          const help = registry.get("app.help");
          if (help) runAction(help);
        }}
      >
        Show keys
      </MenuItem>
      <MenuSeparator />
      <MenuLabel>Theme</MenuLabel>
      {THEMES.map((each) => (
        <MenuCheck key={each.value} checked={theme === each.value} onSelect={() => setTheme(each.value)}>
          {each.label}
        </MenuCheck>
      ))}
      <MenuSeparator />
      <MenuItem onSelect={signOut}>Sign out</MenuItem>
    </DropdownMenu>
  );
}

function shownDark(theme: Theme): boolean {
  return theme === "system" ? window.matchMedia("(prefers-color-scheme: dark)").matches : theme === "dark";
}

function signOut(): void {
  window.location.assign("/accounts/logout/");
}
