import { ApiError, errorFromResponse, offlineError } from "./errors";

type Method = "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
export type QueryParams = Record<string, string | number | boolean | null | undefined>;

export interface RequestOptions {
  query?: QueryParams;
  signal?: AbortSignal;
  /** Sent as Idempotency-Key: a repeated POST gets the first answer instead of happening twice. */
  idempotencyKey?: string;
  /** Pages that work signed out do not send the person to the sign-in page. */
  allowAnonymous?: boolean;
  /** Lets the request outlive the page (release of leases on leaving). */
  keepalive?: boolean;
}

export function csrfToken(): string {
  const match = /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie);
  return match?.[1] ? decodeURIComponent(match[1]) : "";
}

export function newIdempotencyKey(): string {
  // randomUUID exists only in secure contexts; a plain-HTTP install on a local network must work too.
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}

export function urlWith(path: string, query?: QueryParams): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== null && value !== undefined && value !== "") params.set(name, String(value));
  }
  const text = params.toString();
  return text ? `${path}?${text}` : path;
}

export function goToSignIn(): void {
  const here = window.location.pathname + window.location.search;
  window.location.assign(`/accounts/login/?next=${encodeURIComponent(here)}`);
}

async function request<T>(method: Method, path: string, body: unknown, options: RequestOptions): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (options.idempotencyKey) headers["Idempotency-Key"] = options.idempotencyKey;
  let response: Response;
  try {
    response = await fetch(urlWith(path, options.query), {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
      signal: options.signal,
      keepalive: options.keepalive,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw offlineError();
  }
  if (!response.ok) {
    const error = await errorFromResponse(response);
    if (error.needsSignIn && !options.allowAnonymous) goToSignIn();
    throw error;
  }
  if (response.status === 204) return undefined as T;
  const type = response.headers.get("Content-Type") ?? "";
  return (type.includes("json") ? await response.json() : await response.text()) as T;
}

/** Calls to the REST API. Paths are absolute and end with a slash: `api.get<Job>("/api/jobs/3/")`. */
export const api = {
  get: <T>(path: string, options: RequestOptions = {}) => request<T>("GET", path, undefined, options),
  post: <T>(path: string, body?: unknown, options: RequestOptions = {}) =>
    request<T>("POST", path, body ?? {}, options),
  put: <T>(path: string, body: unknown, options: RequestOptions = {}) =>
    request<T>("PUT", path, body, options),
  patch: <T>(path: string, body: unknown, options: RequestOptions = {}) =>
    request<T>("PATCH", path, body, options),
  delete: (path: string, options: RequestOptions = {}) => request<void>("DELETE", path, undefined, options),
};

export interface UploadOptions {
  onProgress?: (sentBytes: number, totalBytes: number) => void;
  signal?: AbortSignal;
}

/** POST a multipart form with upload progress, which fetch cannot report. */
export function upload<T>(path: string, form: FormData, options: UploadOptions = {}): Promise<T> {
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest();
    call.open("POST", path);
    call.setRequestHeader("X-CSRFToken", csrfToken());
    call.setRequestHeader("Accept", "application/json");
    call.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) options.onProgress?.(event.loaded, event.total);
    });
    call.addEventListener("load", async () => {
      if (call.status >= 200 && call.status < 300) {
        resolve(JSON.parse(call.responseText) as T);
        return;
      }
      const error = await errorFromResponse(new Response(call.responseText, { status: call.status }));
      if (error.needsSignIn) goToSignIn();
      reject(error);
    });
    call.addEventListener("error", () => reject(offlineError()));
    call.addEventListener("abort", () =>
      reject(
        new ApiError(0, { type: "cancelled", message: "The upload was cancelled. Nothing was imported." }),
      ),
    );
    options.signal?.addEventListener("abort", () => call.abort());
    call.send(form);
  });
}
