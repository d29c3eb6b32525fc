import { beforeEach, describe, expect, it, vi } from "vitest";
import { api, urlWith } from "./client";
import { ApiError, fieldError, formError, messageOf } from "./errors";

const fetchMock = vi.fn<typeof fetch>();

beforeEach(() => {
  fetchMock.mockReset();
  vi.stubGlobal("fetch", fetchMock);
  // biome-ignore lint/suspicious/noDocumentCookie: the test plays the server that set it.
  document.cookie = "csrftoken=token-1";
});

function answer(status: number, body: unknown): void {
  fetchMock.mockResolvedValueOnce(
    new Response(status === 204 ? null : JSON.stringify(body), {
      status,
      headers: { "Content-Type": "application/json" },
    }),
  );
}

function sent(): { url: string; init: RequestInit; headers: Record<string, string> } {
  const [url, init] = fetchMock.mock.calls[0] ?? [];
  return { url: String(url), init: init ?? {}, headers: (init?.headers ?? {}) as Record<string, string> };
}

describe("requests", () => {
  it("carry the CSRF token and the idempotency key when they write", async () => {
    answer(201, { id: 1 });
    await expect(api.post("/api/projects/", { name: "A" }, { idempotencyKey: "k" })).resolves.toEqual({
      id: 1,
    });
    expect(sent().headers).toMatchObject({ "X-CSRFToken": "token-1", "Idempotency-Key": "k" });
    expect(sent().init.body).toBe('{"name":"A"}');
  });

  it("send no token when they read, and leave out empty parameters", async () => {
    answer(200, { results: [] });
    await api.get("/api/jobs/", { query: { state: "", cursor: undefined, limit: 5 } });
    expect(sent().url).toBe("/api/jobs/?limit=5");
    expect(sent().headers["X-CSRFToken"]).toBeUndefined();
  });

  it("answer nothing for 204", async () => {
    answer(204, null);
    await expect(api.delete("/api/members/1/")).resolves.toBeUndefined();
  });

  it("write query strings that survive any text", () => {
    expect(urlWith("/x/", { filter: '{"a":"b&c"}' })).toBe("/x/?filter=%7B%22a%22%3A%22b%26c%22%7D");
  });
});

describe("refusals", () => {
  it("keep the server's sentence, hint and fields", async () => {
    answer(400, {
      type: "invalid",
      message: "name: too long",
      fields: { name: ["Too long.", "Really."] },
      hint: "Cut it.",
    });
    const error = await api.post("/api/projects/", {}).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ApiError);
    expect(fieldError(error, "name")).toBe("Too long. Really.");
    expect(formError(error)).toBeUndefined();
    expect(messageOf(error)).toBe("name: too long Cut it.");
  });

  it("say something useful when the server said nothing", async () => {
    fetchMock.mockResolvedValueOnce(new Response("<html>", { status: 502 }));
    const error = await api.get("/api/me/").catch((reason: unknown) => reason);
    expect(messageOf(error)).toContain("answered 502");
    expect((error as ApiError).isTransient).toBe(true);
  });

  it("call a missing connection by its name", async () => {
    fetchMock.mockRejectedValueOnce(new TypeError("Failed to fetch"));
    const error = await api.get("/api/me/").catch((reason: unknown) => reason);
    expect((error as ApiError).type).toBe("offline");
  });

  it("know when to sign in, and when that is not the matter", () => {
    expect(new ApiError(401, { type: "x", message: "" }).needsSignIn).toBe(true);
    expect(new ApiError(403, { type: "not_authenticated", message: "" }).needsSignIn).toBe(true);
    expect(new ApiError(403, { type: "forbidden", message: "" }).needsSignIn).toBe(false);
  });
});
