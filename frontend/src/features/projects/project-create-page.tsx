import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { Button, Field, FormError, Input, LinkButton, Page, Textarea, toast } from "@/components/ui";
import { api, newIdempotencyKey } from "@/lib/api/client";
import { fieldError, formError } from "@/lib/api/errors";
import type { Project } from "@/lib/api/types";
import { paths } from "@/lib/paths";
import { meQuery } from "@/lib/session";

export function ProjectCreatePage() {
  const navigate = useNavigate();
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [key] = useState(newIdempotencyKey);
  const create = useMutation({
    mutationFn: () =>
      api.post<Project>("/api/projects/", { name, description }, { idempotencyKey: `${key}-${name}` }),
    onSuccess: async (project) => {
      await Promise.all([
        client.invalidateQueries(meQuery),
        client.invalidateQueries({ queryKey: ["projects"] }),
      ]);
      toast.ok(`Created ${project.name}.`);
      void navigate({ to: paths.project(project.id) });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };

  return (
    <Page title="Create project" trail={[{ label: "Projects", to: paths.projects() }]} width="reading">
      <form onSubmit={submit} className="flex max-w-[520px] flex-col gap-4">
        <FormError>{formError(create.error)}</FormError>
        <Field label="Name" required error={fieldError(create.error, "name")}>
          <Input
            value={name}
            onChange={(event) => setName(event.target.value)}
            maxLength={120}
            autoComplete="off"
          />
        </Field>
        <Field
          label="Description"
          hint="What you are trying to improve, for those who join later."
          error={fieldError(create.error, "description")}
        >
          <Textarea value={description} onChange={(event) => setDescription(event.target.value)} />
        </Field>
        <p className="text-muted">You become its admin and can invite people next.</p>
        <div className="flex gap-2">
          <Button type="submit" variant="primary" busy={create.isPending}>
            Create project
          </Button>
          <LinkButton to={paths.projects()} variant="ghost">
            Back to projects
          </LinkButton>
        </div>
      </form>
    </Page>
  );
}
