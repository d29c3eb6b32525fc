import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Async, Button, Field, FormError, Input } from "@/components/ui";
import { api } from "@/lib/api/client";
import { fieldError, formError, messageOf } from "@/lib/api/errors";
import type { Invitation } from "@/lib/api/types";
import { useDocumentTitle } from "@/lib/use-document-title";
import { useTextParam } from "@/lib/use-params";
import { roleLabel } from "./roles";

/** Where an invitation link leads: choose a name and a password, and be in. */
export function InvitationPage() {
  useDocumentTitle("Invitation");
  const token = useTextParam("token");
  const path = `/api/invitations/${encodeURIComponent(token)}/`;
  const query = useQuery({
    queryKey: ["invitation", token],
    queryFn: ({ signal }) => api.get<Invitation>(path, { signal, allowAnonymous: true }),
    retry: false,
    refetchOnWindowFocus: false,
  });
  return (
    <main className="mx-auto flex min-h-dvh max-w-[420px] flex-col justify-center px-4 py-12">
      <img src={`${import.meta.env.BASE_URL}favicon.svg`} alt="" width={32} height={32} className="mb-4" />
      {query.error ? (
        <>
          <h1 className="mb-2 text-xl">This invitation does not work</h1>
          <p className="text-muted">{messageOf(query.error)}</p>
          <p className="mt-4 text-muted">
            Ask the person who invited you for a new link, or{" "}
            <a href="/accounts/login/" className="text-accent-text underline underline-offset-2">
              sign in
            </a>{" "}
            if you have an account.
          </p>
        </>
      ) : (
        <Async query={query}>{(invitation) => <AcceptForm invitation={invitation} path={path} />}</Async>
      )}
    </main>
  );
}

function AcceptForm({ invitation, path }: { invitation: Invitation; path: string }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const accept = useMutation({
    mutationFn: () =>
      api.post<{ redirect: string }>(`${path}accept/`, { name, password }, { allowAnonymous: true }),
    // A full load, so that the new session's cookies are in force everywhere.
    onSuccess: ({ redirect }) => window.location.assign(redirect),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    accept.mutate();
  };
  return (
    <>
      <h1 className="text-xl">Join {invitation.project_name}</h1>
      <p className="mt-1 mb-6 text-muted">
        You are invited as {roleLabel(invitation.role).toLowerCase()} with the address {invitation.email}.
      </p>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <FormError>{formError(accept.error)}</FormError>
        {/* Password managers pair the password with this address. */}
        <input
          type="email"
          name="username"
          value={invitation.email}
          readOnly
          hidden
          autoComplete="username"
        />
        <Field label="Your name" required error={fieldError(accept.error, "name")}>
          <Input
            value={name}
            onChange={(event) => setName(event.target.value)}
            autoComplete="name"
            maxLength={120}
          />
        </Field>
        <Field
          label="Password"
          required
          hint="At least 10 characters, and not a common one."
          error={fieldError(accept.error, "password")}
        >
          <Input
            type="password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
            autoComplete="new-password"
            minLength={10}
          />
        </Field>
        <Button type="submit" variant="primary" busy={accept.isPending || accept.isSuccess}>
          Join project
        </Button>
      </form>
    </>
  );
}
