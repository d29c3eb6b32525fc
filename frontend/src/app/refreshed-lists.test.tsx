import { QueryClient } from "@tanstack/react-query";
import { act, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { describe, expect, it, vi } from "vitest";
import { Tokens } from "@/features/account/tokens";
import { CommentsThread } from "@/features/campaigns/comments-thread";
import { DiscussionTab } from "@/features/campaigns/discussion-tab";
import { FormVersions } from "@/features/campaigns/form-versions";
import { GuidelinesVersions } from "@/features/campaigns/guidelines-versions";
import { VotesTab } from "@/features/campaigns/votes-tab";
import { ImportsPage } from "@/features/datasets/imports-page";
import { JobListPage } from "@/features/jobs/job-list-page";
import { MemberListPage } from "@/features/members/member-list-page";
import { ProjectListPage } from "@/features/projects/project-list-page";
import type { Campaign } from "@/lib/api/types";
import { meQuery, projectQuery } from "@/lib/session";
import { pageAt } from "@/test/page-at";

const AT = "2026-03-01T12:00:00Z";
const ADA = { id: 1, email: "ada@example.org", name: "Ada" };
const campaign = { id: 4, project: 2, form: { id: 1, version: 1, questions: [] } } as unknown as Campaign;
const item = { id: 3, position: 6 };
const comment = {
  id: 1,
  text: "Both are long.",
  mentions: [],
  author: ADA,
  mine: true,
  item,
  created_at: AT,
};

/** Each list, the end of the address it asks, a row of it, and words of that row. */
const LISTS: [string, string, () => ReactNode, object, string][] = [
  [
    "jobs",
    "/jobs/",
    () => <JobListPage />,
    { id: 7, title: "Import pairs.jsonl", state: "succeeded", can: {}, created_at: AT },
    "Import pairs.jsonl",
  ],
  [
    "projects",
    "/projects/",
    () => <ProjectListPage />,
    { id: 2, name: "Helpfulness", role: "admin", created_at: AT },
    "Helpfulness",
  ],
  [
    "tokens",
    "/tokens/",
    () => <Tokens />,
    { token_key: "ab12", name: "Notebook", scope: "read", created: AT, expiry: AT },
    "Notebook",
  ],
  [
    "imports",
    "/imports/",
    () => <ImportsPage />,
    { id: 5, filename: "pairs.jsonl", state: "succeeded", job: null, created_at: AT },
    "pairs.jsonl",
  ],
  [
    "members",
    "/members/",
    () => <MemberListPage />,
    { id: 1, user: ADA, role: "curator", created_at: AT },
    "Ada",
  ],
  [
    "flags",
    "/flags/",
    () => <DiscussionTab campaign={campaign} />,
    { id: 1, reason: "broken", note: "No answer at all", state: "open", author: ADA, item, created_at: AT },
    "No answer at all",
  ],
  ["comments", "/campaigns/4/comments/", () => <DiscussionTab campaign={campaign} />, comment, comment.text],
  ["a thread", "/items/3/comments/", () => <CommentsThread item={3} />, comment, comment.text],
  [
    "answers",
    "/feedback/",
    () => <VotesTab campaign={campaign} />,
    {
      id: 1,
      item,
      annotator: ADA,
      answers: {},
      shown_order: [],
      form_version: 1,
      revision: 1,
      created_at: AT,
    },
    "Ada",
  ],
  [
    "versions of a form",
    "/form-versions/",
    () => <FormVersions campaign={campaign} />,
    { id: 1, version: 1, feedback: 2, created_at: AT, questions: [], carries_over: [] },
    "Version 1",
  ],
  [
    "versions of the guidelines",
    "/guidelines-versions/",
    () => <GuidelinesVersions campaign={campaign} />,
    { version: 1, examples: [], principles: [], created_at: AT, text: "" },
    "Version 1",
  ],
];

describe("a list that could not be refreshed", () => {
  it.each(LISTS)("of %s keeps its rows below the refusal", async (_name, end, page, row, words) => {
    let fails = false;
    vi.stubGlobal("fetch", async (asked: string | URL) => {
      const results = new URL(String(asked), location.origin).pathname.endsWith(end) ? [row] : [];
      return fails && results.length > 0
        ? Response.json({ type: "unexpected", message: "The store is busy." }, { status: 500 })
        : Response.json({ results, next: null });
    });
    const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
    client.setQueryData(meQuery.queryKey, { ...ADA } as never);
    client.setQueryData(projectQuery(2).queryKey, { id: 2, name: "Helpfulness", verbs: [] } as never);
    pageAt(page, "/projects/2/datasets/5", { client, path: "/projects/$projectId/datasets/$datasetId" });
    await screen.findByText(words);
    fails = true;
    // Not the project in the address: without it there is no page.
    await act(() =>
      client.refetchQueries({
        predicate: ({ queryKey }) => !["me", "project"].includes(String(queryKey[0])),
      }),
    );
    expect((await screen.findByRole("alert")).textContent).toContain("The store is busy.");
    expect(screen.getByText(words)).toBeTruthy();
  });
});
