import { Markdown } from "@/components/markdown";
import type { Item } from "@/lib/api/types";
import { sentence } from "@/lib/format";

interface Props {
  item: Pick<Item, "prompt" | "responses" | "context" | "materials">;
  name: (target: string) => string;
  /** The responses are unfolded. */
  open?: boolean;
}

/** An item to read beside answers or flags: its context, prompt, responses, sources. */
export function ItemView({ item, name, open }: Props) {
  return (
    <div className="flex flex-col gap-3">
      {item.context && (
        <p dir="auto" className="border-s-2 border-accent ps-3">
          <span className="text-muted">Judged under: </span>
          {item.context}
        </p>
      )}
      {item.prompt.map((message, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: turns have no identity but their place.
        <Block key={index} label={sentence(message.role)} text={message.content} images={message.images} />
      ))}
      {item.responses.map((response) => (
        <details key={response.response_id} open={open} className="border-t border-line pt-2">
          <summary className="cursor-default text-sm font-medium">{name(response.response_id)}</summary>
          <div className="pt-2">
            <Block label="" text={response.content} images={response.images} />
          </div>
        </details>
      ))}
      {item.materials?.reference && (
        <details className="border-t border-line pt-2">
          <summary className="cursor-default text-sm font-medium">Reference</summary>
          <Markdown text={item.materials.reference} compact />
        </details>
      )}
      {(item.materials?.passages ?? []).map((passage, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: passages have no identity but their place; titles come twice.
        <details key={index} className="border-t border-line pt-2">
          <summary className="cursor-default text-sm font-medium">
            Passage {index + 1}: {passage.title}
          </summary>
          <ol className="list-decimal ps-6 text-sm">
            {passage.sentences.map((each, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: sentences have no identity but their place.
              <li key={place} dir="auto">
                {each}
              </li>
            ))}
          </ol>
        </details>
      ))}
    </div>
  );
}

function Block({ label, text, images = [] }: { label: string; text: string; images?: string[] | undefined }) {
  return (
    <div>
      {label && <p className="text-sm text-muted">{label}</p>}
      {text && <Markdown text={text} compact />}
      {images.length > 0 && (
        <p className="flex flex-wrap gap-2 pt-1">
          {images.map((url, index) => (
            <a key={url} href={url} target="_blank" rel="noreferrer">
              <img
                src={url}
                alt={`${index + 1} of ${images.length}`}
                className="max-h-40 rounded-sm border border-line"
              />
            </a>
          ))}
        </p>
      )}
    </div>
  );
}
