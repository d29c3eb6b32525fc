import { useQuery } from "@tanstack/react-query";
import { Markdown } from "@/components/markdown";
import { Async, Button, CopyButton } from "@/components/ui";
import { cardQuery, type ModelDetail } from "./api";

/** What the model is, every step from people's votes to its weights, and what it was measured at. */
export function CardTab({ model }: { model: ModelDetail }) {
  const query = useQuery(cardQuery(model.id));
  return (
    <Async query={query}>
      {({ markdown }) => (
        <>
          <div className="mb-4 flex gap-2">
            <Button icon="download" onClick={() => save(markdown, `${model.name}-v${model.version}.md`)}>
              Download
            </Button>
            <CopyButton text={markdown} label="Copy the card" />
          </div>
          <Markdown text={markdown} className="max-w-[960px]" />
        </>
      )}
    </Async>
  );
}

function save(text: string, name: string) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/markdown" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
