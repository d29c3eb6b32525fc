import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { DropdownMenu, Icon, MenuItem, MenuLabel, MenuSeparator, RelativeTime, toast } from "@/components/ui";
import { api } from "@/lib/api/client";
import type { components } from "@/lib/api/schema";
import { useT } from "@/lib/i18n";
import { paths } from "@/lib/paths";
import { projectQuery } from "@/lib/session";

type MentionPage = components["schemas"]["MentionPage"];
type Mention = components["schemas"]["Mention"];

const KEY = ["my-mentions"];
const EVERY_MS = 60_000;

/** Who wrote to me in a comment; not there at all while nobody has. */
export function MentionsMenu() {
  const t = useT();
  const navigate = useNavigate();
  const client = useQueryClient();
  const mentions = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => api.get<MentionPage>("/api/my/mentions/", { query: { limit: 20 }, signal }),
    refetchInterval: EVERY_MS,
    staleTime: EVERY_MS,
  });
  const read = useMutation({
    mutationFn: (mention: Mention) => api.post(`/api/mentions/${mention.id}/read/`),
    onSuccess: () => client.invalidateQueries({ queryKey: KEY }),
    onError: toast.error,
  });
  const all = mentions.data?.results ?? [];
  if (all.length === 0) return null;
  const unread = all.filter((each) => each.read_at === null).length;
  const open = async (mention: Mention) => {
    if (mention.read_at === null) read.mutate(mention);
    const { project, campaign, comment } = mention;
    // Reviewers read the whole discussion of the item; annotators have only what their own page shows them.
    const found = await client.ensureQueryData(projectQuery(project.id)).catch(() => undefined);
    if (!found?.verbs.includes("feedback.view")) return navigate({ to: paths.annotateCampaign(campaign.id) });
    const search = { tab: "discussion", item: String(comment.item.id), comment: String(comment.id) };
    return navigate({ to: paths.campaign(project.id, campaign.id), search: search as never });
  };
  return (
    <DropdownMenu
      className="w-[min(360px,calc(100vw-16px))]"
      trigger={
        <button
          type="button"
          aria-label={
            unread > 0 ? t("{{count}} unread mentions", { count: unread }) : t("Mentions, all of them read")
          }
          className="relative inline-flex size-8 shrink-0 items-center justify-center rounded-md text-muted hover:bg-sunken hover:text-fg"
        >
          <Icon name="comment" />
          {unread > 0 && (
            <span
              aria-hidden="true"
              className="num absolute -end-0.5 -top-0.5 min-w-4 rounded-full bg-accent px-1 text-center text-[10px] leading-4 font-semibold text-accent-fg"
            >
              {unread}
            </span>
          )}
        </button>
      }
    >
      <MenuLabel>{t("You were mentioned")}</MenuLabel>
      {all.map((mention) => (
        <MenuItem key={mention.id} onSelect={() => void open(mention)}>
          <span className="flex flex-col gap-0.5 py-1">
            <span className="flex items-baseline gap-2 text-sm text-muted">
              {mention.read_at === null && (
                <strong className="font-medium text-accent-text">{t("new")}</strong>
              )}
              <bdi className="font-medium text-fg">{mention.comment.author.name}</bdi>
              <RelativeTime at={mention.comment.created_at} />
            </span>
            <span dir="auto" className="line-clamp-3 [overflow-wrap:anywhere]">
              {mention.comment.text}
            </span>
            <span className="text-sm text-faint">{mention.campaign.name}</span>
          </span>
        </MenuItem>
      ))}
      {unread > 0 && (
        <>
          <MenuSeparator />
          <MenuItem
            icon="check"
            onSelect={() => {
              for (const each of all) if (each.read_at === null) read.mutate(each);
            }}
          >
            {t("Mark all as read")}
          </MenuItem>
        </>
      )}
    </DropdownMenu>
  );
}
