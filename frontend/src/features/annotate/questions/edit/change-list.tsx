import { useState } from "react";
import { Button } from "@/components/ui";
import { cx } from "@/lib/cx";
import { useT } from "@/lib/i18n";
import { nearChanges } from "./changes";
import type { Changes } from "./use-changes";

/** What an edit took out and put in, and how much that is. */
export function ChangeList({ changes }: { changes: Changes | null }) {
  const t = useT();
  const [all, setAll] = useState(false);
  if (!changes) return <p className="appear-late text-sm text-muted">{t("Comparing with the original…")}</p>;
  const { distance } = changes;
  const parts = changes.parts && (all ? changes.parts : nearChanges(changes.parts));
  const shortened = changes.parts?.some((part, index) => part !== parts?.[index]);
  const characters = t("{{count}} characters", { count: distance.characters });
  const words = t("{{count}} words", { count: distance.words });
  return (
    <section aria-label={t("Changes")} className="border-t border-line pt-2">
      <p className="num mb-1 flex flex-wrap items-center gap-2 text-sm text-muted">
        {distance.exact
          ? t("Changed by {{characters}}, {{words}}", { characters, words })
          : t("Changed by about {{characters}}, {{words}}", { characters, words })}
        {(shortened || all) && (
          <Button size="sm" variant="ghost" onClick={() => setAll(!all)}>
            {all ? t("Show only what changed") : t("Show the whole text")}
          </Button>
        )}
      </p>
      {parts ? (
        <p dir="auto" className="reading whitespace-pre-wrap">
          {parts.map((part, index) => {
            const Part = part.kind === "removed" ? "del" : part.kind === "added" ? "ins" : "span";
            return (
              <Part
                // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity but their place.
                key={index}
                className={cx(
                  part.kind === "removed" && "rounded-sm bg-danger-soft text-danger line-through",
                  part.kind === "added" && "rounded-sm bg-ok-soft text-ok underline underline-offset-4",
                )}
              >
                {part.text}
              </Part>
            );
          })}
        </p>
      ) : (
        <p className="text-sm text-muted">{t("The two texts are too different to show each change.")}</p>
      )}
    </section>
  );
}
