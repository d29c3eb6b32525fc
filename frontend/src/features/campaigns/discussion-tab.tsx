import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import {
  Async,
  Badge,
  Button,
  EmptyState,
  PagedRows,
  RelativeTime,
  Section,
  Select,
  SidePanel,
  toast,
} from "@/components/ui";
import { namesInRecord } from "@/features/annotate/readers";
import { api, newIdempotencyKey } from "@/lib/api/client";
import type { Campaign, Comment, Flag, ItemDetail } from "@/lib/api/types";
import { usePaged } from "@/lib/api/use-paged";
import { useSearchState } from "@/lib/use-search-state";
import { CommentsThread, CommentText } from "./comments-thread";
import { ItemView } from "./item-view";

const REASONS: Record<Flag["reason"], string> = {
  cannot_judge: "I cannot judge this",
  broken: "Broken or unreadable",
  wrong_language: "Wrong language",
  upsetting: "Upsetting",
  unsafe: "Unsafe",
  leaks_identity: "Says which model wrote it",
  wrong_prompt: "Answers another prompt",
  other: "Something else",
};

/** What annotators report about items, and what is said about them. */
export function DiscussionTab({ campaign }: { campaign: Campaign }) {
  const [search, setSearch] = useSearchState();
  const open = (item: number, comment?: number) =>
    setSearch({ item: String(item), comment: comment === undefined ? undefined : String(comment) });
  const item = Number(search.item);
  return (
    <div className="grid gap-x-12 gap-y-8 lg:grid-cols-2">
      {/* Each in a column of its own, so that both headings stand at the same height. */}
      <div>
        <Flags campaign={campaign} onOpen={open} />
      </div>
      <div>
        <Comments campaign={campaign} onOpen={open} />
      </div>
      {item > 0 && (
        <ItemPanel
          key={`${item} ${search.comment ?? ""}`}
          id={item}
          comment={search.comment === undefined ? undefined : Number(search.comment)}
          onClose={() => setSearch({ item: undefined, comment: undefined })}
        />
      )}
    </div>
  );
}

interface ListProps {
  campaign: Campaign;
  /** With a comment, the item is opened at what was said. */
  onOpen: (item: number, comment?: number) => void;
}

function Flags({ campaign, onOpen }: ListProps) {
  const [search, setSearch] = useSearchState();
  const state = search.flags === "resolved" ? "resolved" : "open";
  const list = usePaged<Flag>(["campaign", campaign.id, "flags"], `/api/campaigns/${campaign.id}/flags/`, {
    state,
  });
  const [reason, setReason] = useState("");
  const counts = new Map<Flag["reason"], number>();
  for (const flag of list.rows) counts.set(flag.reason, (counts.get(flag.reason) ?? 0) + 1);
  const shown = list.rows.filter((flag) => !reason || flag.reason === reason);
  return (
    <Section
      title="Flags"
      actions={
        <Select
          aria-label="State of the flags"
          className="w-36!"
          value={state}
          options={[
            { value: "open", label: "Open" },
            { value: "resolved", label: "Resolved" },
          ]}
          onChange={(event) =>
            setSearch({ flags: event.target.value === "open" ? undefined : event.target.value })
          }
        />
      }
    >
      <PagedRows
        list={list}
        empty={
          <EmptyState title={state === "open" ? "No open flags" : "No resolved flags"}>
            Annotators flag items that are broken, unsafe, or say which model wrote them.
          </EmptyState>
        }
      >
        {counts.size > 1 && (
          <fieldset aria-label="Reasons" className="mb-2 flex flex-wrap gap-1.5">
            {[...counts].map(([each, count]) => (
              <Button
                key={each}
                size="sm"
                variant={reason === each ? "secondary" : "ghost"}
                aria-pressed={reason === each}
                onClick={() => setReason(reason === each ? "" : each)}
              >
                {REASONS[each]} <span className="num text-muted">{count}</span>
              </Button>
            ))}
          </fieldset>
        )}
        <ul className="border-t border-line">
          {shown.map((flag) => (
            <FlagLine key={flag.id} flag={flag} campaign={campaign} onOpen={onOpen} />
          ))}
        </ul>
      </PagedRows>
    </Section>
  );
}

function FlagLine({ flag, campaign, onOpen }: ListProps & { flag: Flag }) {
  const client = useQueryClient();
  const resolve = useMutation({
    mutationFn: () =>
      api.post<Flag>(`/api/flags/${flag.id}/resolve/`, {}, { idempotencyKey: newIdempotencyKey() }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["campaign", campaign.id, "flags"] }),
    onError: toast.error,
  });
  return (
    <li className="flex items-start gap-3 border-b border-line py-2">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
          <button
            type="button"
            className="font-medium underline-offset-2 hover:underline"
            onClick={() => onOpen(flag.item.id)}
          >
            Item {flag.item.position + 1}
          </button>
          <Badge tone={flag.state === "open" ? "warn" : "neutral"} icon="flag">
            {REASONS[flag.reason]}
          </Badge>
        </p>
        {flag.note && (
          <p dir="auto" className="max-w-[72ch] [overflow-wrap:anywhere]">
            {flag.note}
          </p>
        )}
        <p className="text-sm text-muted">
          <bdi>{flag.author.name || flag.author.email}</bdi>, <RelativeTime at={flag.created_at} />
          {flag.resolved_by && (
            <>
              {" · resolved by "}
              <bdi>{flag.resolved_by.name || flag.resolved_by.email}</bdi>,{" "}
              <RelativeTime at={flag.resolved_at} />
            </>
          )}
        </p>
      </div>
      {flag.state === "open" && (
        <Button size="sm" icon="check" busy={resolve.isPending} onClick={() => resolve.mutate()}>
          Resolve
        </Button>
      )}
    </li>
  );
}

function Comments({ campaign, onOpen }: ListProps) {
  const list = usePaged<Comment>(
    ["campaign", campaign.id, "comments"],
    `/api/campaigns/${campaign.id}/comments/`,
  );
  return (
    <Section title="Comments">
      <PagedRows
        list={list}
        empty={
          <EmptyState title="No comments yet">
            Annotators comment on items while they label; reviewers beside an answer or a flag. An @ tells
            somebody.
          </EmptyState>
        }
      >
        <ul className="border-t border-line">
          {list.rows.map((comment) => (
            <li key={comment.id} className="flex items-start gap-3 border-b border-line py-2">
              <div className="min-w-0 flex-1">
                <CommentText comment={comment} />
              </div>
              <Button size="sm" onClick={() => onOpen(comment.item.id, comment.id)}>
                Item {comment.item.position + 1}, reply
              </Button>
            </li>
          ))}
        </ul>
      </PagedRows>
    </Section>
  );
}

interface ItemPanelProps {
  id: number;
  /** The comment to open it at; without one it opens at the item's texts. */
  comment: number | undefined;
  onClose: () => void;
}

function ItemPanel({ id, comment, onClose }: ItemPanelProps) {
  const query = useQuery({
    queryKey: ["item", id],
    queryFn: ({ signal }) => api.get<ItemDetail>(`/api/items/${id}/`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <SidePanel open onClose={onClose} title={query.data ? `Item ${query.data.position + 1}` : "Item"}>
      <Async query={query} skeletonLines={8}>
        {(item) => (
          <>
            <Section title="Item">
              <ItemView
                item={item}
                name={namesInRecord(item.responses.map((each) => each.response_id))}
                open
              />
            </Section>
            <Section title="Comments">
              <CommentsThread item={item.id} comment={comment} />
            </Section>
          </>
        )}
      </Async>
    </SidePanel>
  );
}
