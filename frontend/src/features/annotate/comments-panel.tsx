import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { Async, Button, FormError, RelativeTime } from "@/components/ui";
import { newIdempotencyKey } from "@/lib/api/client";
import { messageOf } from "@/lib/api/errors";
import { useT } from "@/lib/i18n";
import { addComment, type Comment, listComments, listMentionable } from "./api";
import { AsidePanel } from "./guidelines-panel";
import { MentionField } from "./mention-field";

/** What people say about this item. Not modal, so that keys go on working. */
export default function CommentsPanel({ lease, onClose }: { lease: number | null; onClose: () => void }) {
  const t = useT();
  const comments = useQuery({
    queryKey: ["lease-comments", lease],
    queryFn: ({ signal }) => listComments(lease ?? 0, signal),
    enabled: lease !== null,
    gcTime: 60_000,
  });
  return (
    <AsidePanel
      title={t("Comments")}
      closeLabel={t("Close comments")}
      onClose={onClose}
      footer={lease !== null && <CommentForm key={lease} lease={lease} />}
    >
      {lease === null ? (
        <p className="text-muted">
          {t("Comments belong to items you hold. This is an answer of an earlier day.")}
        </p>
      ) : (
        <Async query={comments} skeletonLines={2}>
          {(page) =>
            page.results.length === 0 ? (
              <p className="text-muted">
                {t("Nobody has said anything about this item. Write @ to tell somebody in particular.")}
              </p>
            ) : (
              <ul className="flex flex-col gap-4">
                {page.results.map((comment) => (
                  <Said key={comment.id} comment={comment} />
                ))}
              </ul>
            )
          }
        </Async>
      )}
    </AsidePanel>
  );
}

function Said({ comment }: { comment: Comment }) {
  const t = useT();
  return (
    <li>
      <p className="flex items-baseline gap-2 text-sm text-muted">
        <bdi className="font-medium text-fg">{comment.mine ? t("You") : comment.author.name}</bdi>
        <RelativeTime at={comment.created_at} />
      </p>
      <p dir="auto" className="whitespace-pre-wrap [overflow-wrap:anywhere]">
        {comment.text}
      </p>
    </li>
  );
}

function CommentForm({ lease }: { lease: number }) {
  const t = useT();
  const client = useQueryClient();
  const [text, setText] = useState("");
  const people = useQuery({
    queryKey: ["mentionable", lease],
    queryFn: ({ signal }) => listMentionable(lease, signal),
    staleTime: 300_000,
    gcTime: 60_000,
  });
  // The same words sent again after a lost answer are the same comment.
  const key = useRef({ text: "", id: "" });
  const send = useMutation({
    mutationFn: (words: string) => {
      if (key.current.text !== words) key.current = { text: words, id: newIdempotencyKey() };
      return addComment(lease, words, key.current.id);
    },
    onSuccess: () => {
      setText("");
      key.current = { text: "", id: "" };
      void client.invalidateQueries({ queryKey: ["lease-comments", lease] });
    },
  });
  const words = text.trim();
  const submit = () => words && !send.isPending && send.mutate(words);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      className="flex flex-col gap-2"
    >
      <MentionField
        label={t("Comment on this item")}
        value={text}
        people={people.data?.results ?? []}
        onChange={setText}
        onSend={submit}
      />
      {send.error && <FormError>{messageOf(send.error)}</FormError>}
      <Button type="submit" busy={send.isPending} disabled={!words} className="self-end">
        {t("Comment")}
      </Button>
    </form>
  );
}
