import { t } from "@/lib/i18n";

/** What the server says when it refuses: one sentence, and the fields it concerns. */
export interface ErrorBody {
  type: string;
  message: string;
  fields?: Record<string, string[] | string>;
  hint?: string;
}

export class ApiError extends Error {
  readonly status: number;
  readonly type: string;
  readonly fields: Record<string, string>;
  readonly hint: string | null;

  constructor(status: number, body: ErrorBody) {
    super(body.message);
    this.name = "ApiError";
    this.status = status;
    this.type = body.type;
    this.hint = body.hint ?? null;
    this.fields = Object.fromEntries(
      Object.entries(body.fields ?? {}).map(([name, text]) => [
        name,
        Array.isArray(text) ? text.join(" ") : text,
      ]),
    );
  }

  /** True when the person is not signed in (or no longer). */
  get needsSignIn(): boolean {
    return this.status === 401 || this.type === "not_authenticated";
  }

  /** True when trying again later can help: no answer at all, a timeout, or an overloaded server. */
  get isTransient(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

export function offlineError(): ApiError {
  return new ApiError(0, {
    type: "offline",
    message: t("The server cannot be reached. Check your connection, then try again."),
  });
}

export async function errorFromResponse(response: Response): Promise<ApiError> {
  try {
    const body: unknown = await response.json();
    if (isErrorBody(body)) return new ApiError(response.status, body);
  } catch {
    // Not JSON: a proxy or a crash answered instead of the application.
  }
  return new ApiError(response.status, {
    type: "unexpected",
    message: t(
      "The server answered {{status}} without saying why. Try again; if it persists, tell an admin.",
      {
        status: response.status,
      },
    ),
  });
}

function isErrorBody(body: unknown): body is ErrorBody {
  return typeof body === "object" && body !== null && typeof (body as ErrorBody).message === "string";
}

/** One sentence for a person, whatever was thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof ApiError) return error.hint ? `${error.message} ${error.hint}` : error.message;
  if (error instanceof Error) return error.message;
  return t("Something went wrong. Reload the page and try again.");
}

/** The message for one form field, or undefined. */
export function fieldError(error: unknown, name: string): string | undefined {
  return error instanceof ApiError ? error.fields[name] : undefined;
}

/** What to say above a form: nothing when every complaint already stands beside its field. */
export function formError(error: unknown): string | undefined {
  if (!error) return undefined;
  if (error instanceof ApiError && Object.keys(error.fields).length > 0) return undefined;
  return messageOf(error);
}
