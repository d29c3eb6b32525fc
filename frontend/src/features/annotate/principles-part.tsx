import { useQuery } from "@tanstack/react-query";
import { Markdown } from "@/components/markdown";
import { Badge } from "@/components/ui";
import type { MyCampaign } from "@/lib/api/types";
import { useT } from "@/lib/i18n";
import { listApplying } from "./api";

interface Props {
  principles: MyCampaign["principles"];
  /** Of the item shown; null between items. */
  lease: number | null;
}

/** The campaign's principles below its guidelines: those about the item shown are open and say so. */
export function PrinciplesPart({ principles, lease }: Props) {
  const t = useT();
  const { data } = useQuery({
    queryKey: ["lease-principles", lease],
    queryFn: ({ signal }) => listApplying(lease ?? 0, signal),
    enabled: lease !== null && principles.length > 0,
    staleTime: 60_000,
    gcTime: 60_000,
  });
  if (principles.length === 0) return null;
  return (
    <section aria-label={t("Principles")} className="mt-5">
      <h3 className="mb-1 text-base">{t("Principles")}</h3>
      {principles.map((principle) => {
        const applies = data?.applying.includes(principle.id);
        return (
          // Opened and closed anew for each item, and for what is known of it.
          <details
            key={`${principle.id}.${lease}.${applies}`}
            open={applies ?? true}
            className="border-t border-line py-2"
          >
            <summary className="font-medium">
              <bdi>{principle.title}</bdi>{" "}
              {applies === true && (
                <Badge tone="ok" icon="check">
                  {t("for this item")}
                </Badge>
              )}
              {applies === false && (
                <span className="text-sm font-normal text-muted">{t("not about this item")}</span>
              )}
            </summary>
            <div className="pt-1 ps-4">
              <Markdown text={principle.text} compact />
            </div>
          </details>
        );
      })}
    </section>
  );
}
