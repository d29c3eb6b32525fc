import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Button, FormError, PagedRows, RelativeTime } from "@/components/ui";
import { MentionField } from "@/features/annotate/kit";
import { api, newIdempotencyKey } from "@/lib/api/client";
import { messageOf } from "@/lib/api/errors";
import type { Comment, Member, Page } from "@/lib/api/types";
import { usePaged } from "@/lib/api/use-paged";
import { cx } from "@/lib/cx";
import { useProject } from "@/lib/session";
import { handlesOf } from "./handles";

interface Props {
  item: number;
  /** The comment somebody was led to: it is scrolled to and set off. */
  comment?: number | undefined;
}

/** Everything people said about an item, oldest first, and a field to answer in. */
export function CommentsThread({ item, comment: led }: Props) {
  const list = usePaged<Comment>(["item-comments", item], `/api/items/${item}/comments/`);
  const thread = useRef<HTMLDivElement>(null);
  const loaded = !list.isPending;
  useEffect(() => {
    if (led === undefined || !loaded) return;
    // A long thread may have the comment on a later page; then its beginning has to do.
    const target = thread.current?.querySelector("[aria-current]") ?? thread.current;
    target?.scrollIntoView({ block: "center" });
  }, [led, loaded]);
  return (
    <div ref={thread} className="flex flex-col gap-4">
      <PagedRows list={list} empty={<p className="text-muted">Nobody has said anything about this item.</p>}>
        <ol className="flex flex-col gap-3">
          {list.rows.map((comment) => (
            <li
              key={comment.id}
              aria-current={comment.id === led || undefined}
              className={cx(comment.id === led && "-ms-3 border-s-2 border-accent ps-2.5")}
            >
              <CommentText comment={comment} />
            </li>
          ))}
        </ol>
      </PagedRows>
      <Reply item={item} />
    </div>
  );
}

export function CommentText({ comment }: { comment: Comment }) {
  return (
    <>
      <p className="flex flex-wrap items-baseline gap-x-2 text-sm text-muted">
        <bdi className="font-medium text-fg">{comment.mine ? "You" : comment.author.name}</bdi>
        <RelativeTime at={comment.created_at} />
      </p>
      <p dir="auto" className="max-w-[72ch] whitespace-pre-wrap [overflow-wrap:anywhere]">
        {withMentions(comment)}
      </p>
    </>
  );
}

/** The text with the names of those it mentions set off. */
function withMentions({ text, mentions }: Comment) {
  const handles = mentions.map((each) => `@${each.handle}`).sort((a, b) => b.length - a.length);
  if (handles.length === 0) return text;
  const pattern = new RegExp(
    `(${handles.map((each) => each.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`,
  );
  return text.split(pattern).map((piece, index) =>
    handles.includes(piece) ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no identity but their place.
      <span key={index} className="font-medium text-accent-text">
        {piece}
      </span>
    ) : (
      piece
    ),
  );
}

function Reply({ item }: { item: number }) {
  const project = useProject();
  const client = useQueryClient();
  const [text, setText] = useState("");
  const members = useQuery({
    queryKey: ["members", project.id, "all"],
    queryFn: ({ signal }) =>
      api.get<Page<Member>>(`/api/projects/${project.id}/members/`, { query: { limit: 200 }, signal }),
    staleTime: 300_000,
  });
  const send = useMutation({
    mutationFn: (words: string) =>
      api.post<Comment>(
        `/api/items/${item}/comments/`,
        { text: words },
        { idempotencyKey: newIdempotencyKey() },
      ),
    onSuccess: () => {
      setText("");
      void client.invalidateQueries({ queryKey: ["item-comments", item] });
      void client.invalidateQueries({ queryKey: ["campaign"] });
    },
  });
  const words = text.trim();
  const submit = () => words && !send.isPending && send.mutate(words);
  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        submit();
      }}
      className="flex flex-col gap-2"
    >
      <MentionField
        label="Comment on this item"
        value={text}
        people={handlesOf(members.data?.results ?? [])}
        onChange={setText}
        onSend={submit}
      />
      <FormError>{send.error ? messageOf(send.error) : undefined}</FormError>
      <div className="flex items-center gap-3">
        <Button type="submit" busy={send.isPending} disabled={!words}>
          Comment
        </Button>
        <span className="text-sm text-muted">
          @ tells somebody. Annotators read it when it mentions them.
        </span>
      </div>
    </form>
  );
}
