import { useNavigate } from "@tanstack/react-router";
import { registry, runAction, useActions } from "@/actions";
import { IconButton } from "@/components/ui/button";
import { DropdownMenu, MenuCheck, MenuItem, MenuLabel, MenuSeparator } from "@/components/ui/menu";
import { msg, useT } from "@/lib/i18n";
import { paths } from "@/lib/paths";
import { useMe } from "@/lib/session";
import { setTheme, type Theme, useTheme } from "@/lib/theme";

const THEMES: { value: Theme; label: string }[] = [
  { value: "system", label: msg("As the system") },
  { value: "light", label: msg("Light") },
  { value: "dark", label: msg("Dark") },
];

/**
 * The person's own menu. `quiet` is for the annotation page: there "g" opens the guidelines, and "p" a moment later
 * folds the prompt, so the sequences that leave the page are not bound.
 */
export function MeMenu({ quiet = false }: { quiet?: boolean }) {
  const t = useT();
  const me = useMe();
  const theme = useTheme();
  const navigate = useNavigate();
  const toAccount = () => void navigate({ to: paths.account() });
  const toAnnotate = () => void navigate({ to: paths.annotate() });
  const goTo = t("Go to");
  const everywhere = t("Everywhere");
  useActions([
    {
      id: "go.projects",
      label: t("Go to all projects"),
      ...(!quiet && { keys: ["g p"] }),
      group: goTo,
      run: () => void navigate({ to: paths.projects() }),
    },
    {
      id: "go.annotate",
      label: t("Go to my campaigns"),
      ...(!quiet && { keys: ["g a"] }),
      group: goTo,
      run: toAnnotate,
    },
    { id: "go.account", label: t("Go to my account"), group: goTo, run: toAccount },
    {
      id: "app.theme",
      label: t("Switch between light and dark"),
      group: everywhere,
      run: () => setTheme(shownDark(theme) ? "light" : "dark"),
    },
    { id: "app.sign-out", label: t("Sign out"), group: everywhere, run: signOut },
  ]);
  return (
    <DropdownMenu
      trigger={<IconButton icon="user" label={t("Account of {{name}}", { name: me.name || me.email })} />}
    >
      <div className="px-2 pt-1 pb-2">
        <p className="font-medium">{me.name || me.email}</p>
        {me.name && <p className="text-sm text-muted">{me.email}</p>}
      </div>
      <MenuSeparator />
      <MenuItem onSelect={toAnnotate}>{t("My campaigns")}</MenuItem>
      <MenuItem onSelect={toAccount}>{t("Account and tokens")}</MenuItem>
      <MenuItem
        shortcut="Shift+?"
        onSelect={() => {
          const help = registry.get("app.help");
          if (help) runAction(help);
        }}
      >
        {t("Show keys")}
      </MenuItem>
      <MenuSeparator />
      <MenuLabel>{t("Theme")}</MenuLabel>
      {THEMES.map((each) => (
        <MenuCheck key={each.value} checked={theme === each.value} onSelect={() => setTheme(each.value)}>
          {t(each.label)}
        </MenuCheck>
      ))}
      <MenuSeparator />
      <MenuItem onSelect={signOut}>{t("Sign out")}</MenuItem>
    </DropdownMenu>
  );
}

function shownDark(theme: Theme): boolean {
  return theme === "system" ? window.matchMedia("(prefers-color-scheme: dark)").matches : theme === "dark";
}

function signOut(): void {
  window.location.assign("/accounts/logout/");
}
