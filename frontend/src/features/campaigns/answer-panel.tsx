import { useQuery } from "@tanstack/react-query";
import { Async, Figures, RelativeTime, Section, SidePanel } from "@/components/ui";
import { AnswerReader, namesShown } from "@/features/annotate/readers";
import { api } from "@/lib/api/client";
import type { CampaignFeedback, FeedbackDetail } from "@/lib/api/types";
import { CommentsThread } from "./comments-thread";
import { SpanDensity, useDensity } from "./density";
import { ItemView } from "./item-view";
import { seenText, timesOf } from "./reading";

interface Props {
  feedback: CampaignFeedback;
  onClose: () => void;
}

/** One answer beside the item it is about, as its annotator saw it. */
export function AnswerPanel({ feedback, onClose }: Props) {
  const query = useQuery({
    queryKey: ["feedback", feedback.id],
    queryFn: ({ signal }) => api.get<FeedbackDetail>(`/api/feedback/${feedback.id}/`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const who = feedback.annotator.name || feedback.annotator.email;
  return (
    <SidePanel open onClose={onClose} title={`Item ${feedback.item.position + 1} · ${who}`}>
      <Async query={query} skeletonLines={8}>
        {(detail) => <Detail feedback={feedback} detail={detail} />}
      </Async>
    </SidePanel>
  );
}

function Detail({ feedback, detail }: { feedback: CampaignFeedback; detail: FeedbackDetail }) {
  const { item, form, answers } = detail;
  const name = namesShown(feedback.shown_order);
  const marked = form.questions.some(
    (question) => question.type === "spans" && answers[question.name] !== undefined,
  );
  const density = useDensity(feedback.id, marked);
  const seen = seenText(feedback.reading, name);
  return (
    <>
      <Section title="Item">
        {/* Marked texts are shown with their marks below. */}
        <ItemView item={item} name={name} open={!marked} />
      </Section>
      {form.questions.map((question) => {
        const answer = answers[question.name];
        if (answer === undefined) return null;
        return (
          <Section key={question.name} title={question.title}>
            <AnswerReader
              question={question}
              answer={answer}
              item={item}
              name={name}
              belowText={(target, text) =>
                question.type === "spans" && (
                  <SpanDensity density={density?.[question.name]?.[target]} text={text} question={question} />
                )
              }
            />
          </Section>
        );
      })}
      <Section title="How it was given">
        <Figures items={timesOf(feedback)} />
        <dl className="mt-3 grid grid-cols-[110px_1fr] gap-x-4 gap-y-1 text-sm">
          {seen && <Fact term="On screen" text={seen} />}
          <Fact
            term="Shown order"
            text={feedback.shown_order.map((id, index) => `${index + 1} ${id.slice(0, 8)}`).join(", ")}
          />
          <Fact
            term="Under"
            text={`version ${feedback.form_version} of the questions, version ${feedback.guidelines_version} of the guidelines`}
          />
          <Fact term="Given" text={<RelativeTime at={feedback.created_at} />} />
          {feedback.revision > 1 && (
            <Fact term="Revision" text={`${feedback.revision}, the earlier ones are kept`} />
          )}
        </dl>
      </Section>
      <Section title="Comments">
        <CommentsThread item={item.id} />
      </Section>
    </>
  );
}

function Fact({ term, text }: { term: string; text: React.ReactNode }) {
  return (
    <>
      <dt className="text-muted">{term}</dt>
      <dd className="num">{text}</dd>
    </>
  );
}
