import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { useAction } from "@/actions";
import { SaveBar } from "@/components/save-bar";
import { ActionButton, Async, Field, Input, LinkButton, Page, Section, Textarea } from "@/components/ui";
import { useUnsavedGuard } from "@/components/unsaved-guard";
import { refusedOf, unplaced, useFormChecks, useFormEdits } from "@/lib/checked-form";
import { paths } from "@/lib/paths";
import { entriesOf } from "@/lib/schema-form";
import { useProject } from "@/lib/session";
import { useNumberParam } from "@/lib/use-params";
import {
  changeJudge,
  createJudge,
  type JudgeDetail,
  type JudgeModel,
  type JudgeProtocol,
  judgeModelsQuery,
  judgeQuery,
  protocolsQuery,
} from "./api";
import { EMPTY, factsOf, formOf, type JudgeForm, modelOf, optionsOf, problemsOf, protocolOf } from "./form";
import { ModelFields } from "./model-fields";
import { OptionFields } from "./option-fields";
import { PrincipleChoice } from "./principle-choice";
import { ProtocolChoice } from "./protocol-choice";
import { SamplingFields } from "./sampling-fields";

export function NewJudgePage() {
  return <WithLists>{(lists) => <FormView {...lists} start={EMPTY} />}</WithLists>;
}

export function ChangeJudgePage() {
  const query = useQuery(judgeQuery(useNumberParam("judgeId")));
  return (
    <Async query={query}>
      {(judge) => (
        <WithLists>
          {(lists) => {
            const fields = optionsOf(lists.protocols.find((each) => each.name === judge.protocol));
            return (
              <FormView
                {...lists}
                judge={judge}
                start={formOf(judge, entriesOf(fields, judge.options ?? {}))}
              />
            );
          }}
        </WithLists>
      )}
    </Async>
  );
}

interface Lists {
  models: JudgeModel[];
  protocols: JudgeProtocol[];
}

function WithLists({ children }: { children: (lists: Lists) => React.ReactNode }) {
  const project = useProject();
  const models = useQuery(judgeModelsQuery(project.id));
  const protocols = useQuery(protocolsQuery);
  return (
    <Async query={protocols}>
      {(all) => <Async query={models}>{(found) => children({ models: found, protocols: all })}</Async>}
    </Async>
  );
}

const FORM = "judge-form";

function FormView({ models, protocols, judge, start }: Lists & { judge?: JudgeDetail; start: JudgeForm }) {
  const project = useProject();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { form, edit, changed, settle, isDirty } = useFormEdits(start);
  const guard = useUnsavedGuard(isDirty);
  const model = modelOf(form, models);
  const protocol = protocolOf(form, protocols);
  const fields = optionsOf(protocol);
  const save = useMutation({
    mutationFn: (chosen: { model: JudgeModel; protocol: JudgeProtocol }) => {
      const facts = factsOf(form, chosen.model, chosen.protocol, fields);
      return judge
        ? changeJudge(judge.id, facts)
        : createJudge(project.id, { ...facts, name: form.name.trim() });
    },
    onSuccess: (made) => {
      guard.release();
      client.setQueryData(judgeQuery(made.id).queryKey, made);
      void client.invalidateQueries({ queryKey: ["judges", project.id] });
      void client.invalidateQueries({ queryKey: ["judge"] });
      void navigate({ to: paths.judge(project.id, made.id), search: { tab: "definition" } as never });
    },
    onError: settle,
  });
  const refused = refusedOf(save.error, { options: fields });
  const { wrong, submit, isIncomplete } = useFormChecks({
    id: FORM,
    changed,
    problems: () => problemsOf(form, model, protocol, fields),
    error: save.error,
    refused,
    send: () => model && protocol && save.mutate({ model, protocol }),
  });
  const action = useAction({
    id: "judge.save",
    label: judge ? `Make version ${(judge.versions[0]?.version ?? judge.version) + 1}` : "Create judge",
    keys: ["$mod+Enter"],
    whileTyping: true,
    group: "Judge",
    icon: "check",
    when: () => !save.isPending,
    run: submit,
  });
  return (
    <Page
      width="reading"
      title={judge ? `New version of ${judge.name}` : "New judge"}
      trail={[
        { label: project.name, to: paths.project(project.id) },
        { label: "Judges", to: paths.judges(project.id) },
        ...(judge
          ? [{ label: `${judge.name} v${judge.version}`, to: paths.judge(project.id, judge.id) }]
          : []),
      ]}
    >
      {guard.dialog}
      <form
        id={FORM}
        noValidate
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          submit();
        }}
      >
        {judge && (
          <p className="mb-6 max-w-[72ch] text-muted">
            A judge never changes, so that every verdict says what gave it. A changed copy gets the next
            number; it is measured anew.
          </p>
        )}
        <Section title="What it is">
          <div className="grid gap-x-6 gap-y-4 sm:grid-cols-2">
            {!judge && (
              <Field label="Name" required hint="Its versions share it." error={wrong("name")}>
                <Input
                  dir="auto"
                  maxLength={120}
                  autoComplete="off"
                  value={form.name}
                  onChange={(event) => edit({ name: event.target.value })}
                />
              </Field>
            )}
            <Field label="Description" hint="What it is for, in a sentence." error={wrong("description")}>
              <Input
                dir="auto"
                maxLength={500}
                autoComplete="off"
                value={form.description}
                onChange={(event) => edit({ description: event.target.value })}
              />
            </Field>
          </div>
        </Section>
        <Section title="The model it asks">
          <ModelFields form={form} models={models} chosen={model} wrong={wrong} onChange={edit} />
        </Section>
        <Section title="How it judges">
          <ProtocolChoice
            protocols={protocols}
            chosen={protocol}
            problem={wrong("protocol")}
            onChoose={(name) => edit({ protocol: name })}
          />
        </Section>
        <Section title="What it is told">
          <div className="flex flex-col gap-6">
            <Field
              label="Instructions"
              hint="Your own words, added to the protocol’s prompt."
              error={wrong("instructions")}
            >
              <Textarea
                dir="auto"
                rows={5}
                maxLength={8000}
                value={form.instructions}
                onChange={(event) => edit({ instructions: event.target.value })}
              />
            </Field>
            <PrincipleChoice
              chosen={form.principles}
              problem={wrong("principles")}
              onChange={(principles) => edit({ principles })}
            />
            <OptionFields
              key={protocol?.name}
              fields={fields}
              entries={form.entries}
              wrong={(name) => wrong(`options.${name}`)}
              onChange={(name, entry) =>
                edit({ entries: { ...form.entries, [name]: entry } }, `options.${name}`)
              }
            />
          </div>
        </Section>
        {protocol?.generates && (
          <Section title="How its answers are drawn">
            <SamplingFields form={form} wrong={wrong} onChange={edit} />
          </Section>
        )}
        <SaveBar refusal={unplaced(save.error, refused, PLACES)} isIncomplete={isIncomplete}>
          <div className="flex flex-wrap justify-end gap-2">
            <LinkButton to={judge ? paths.judge(project.id, judge.id) : paths.judges(project.id)}>
              {judge ? "Keep it as it is" : "Back to the judges"}
            </LinkButton>
            <ActionButton action={action} variant="primary" busy={save.isPending} />
          </div>
        </SaveBar>
      </form>
    </Page>
  );
}

/** What says itself what the server refused of it. */
const PLACES =
  /^(name|description|model|model\.model|model\.id|prices\..+|protocol|instructions|principles|sampling\..+|options\..*)$/;
