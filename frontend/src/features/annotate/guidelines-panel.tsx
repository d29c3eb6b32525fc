import { type ReactNode, useEffect } from "react";
import { Markdown } from "@/components/markdown";
import { IconButton } from "@/components/ui";
import type { MyCampaign } from "@/lib/api/types";
import { useT } from "@/lib/i18n";
import { readSetting, writeSetting } from "@/lib/storage";
import { PrinciplesPart } from "./principles-part";

const settingFor = (person: number, campaign: number) => `guidelines-read.${person}.${campaign}`;

/** Whether there is a version of the guidelines that this person has not opened in this browser. */
export function guidelinesNews(person: number, campaign: MyCampaign): "none" | "unread" | "changed" {
  const { guidelines, guidelines_examples: examples, principles } = campaign;
  if (!guidelines.trim() && examples.length === 0 && principles.length === 0) return "none";
  const read = Number(readSetting(settingFor(person, campaign.id)) ?? 0);
  if (read >= campaign.guidelines_version) return "none";
  return read === 0 ? "unread" : "changed";
}

interface Props {
  person: number;
  campaign: MyCampaign;
  /** As it was before the panel was opened, which counts as reading. */
  news: ReturnType<typeof guidelinesNews>;
  /** Of the item shown; null between items. */
  lease: number | null;
  onClose: () => void;
}

/** The campaign's guidelines beside the item; not modal, so that keys go on working. */
export function GuidelinesPanel({ person, campaign, news, lease, onClose }: Props) {
  const t = useT();
  const { id, guidelines, guidelines_version: version, guidelines_examples: examples } = campaign;
  useEffect(() => writeSetting(settingFor(person, id), String(version)), [person, id, version]);
  return (
    <AsidePanel title={t("Guidelines")} closeLabel={t("Close guidelines")} onClose={onClose}>
      <p className="mb-3 text-sm text-muted">
        {t("Version {{number}}", { number: version })}
        {news === "changed" && (
          <strong className="font-medium text-warn"> · {t("changed since you last read it")}</strong>
        )}
      </p>
      {guidelines.trim() ? (
        <Markdown text={guidelines} compact />
      ) : (
        campaign.principles.length === 0 && (
          <p className="text-muted">{t("This campaign has no guidelines yet.")}</p>
        )
      )}
      <PrinciplesPart principles={campaign.principles} lease={lease} />
      {examples.length > 0 && (
        <section aria-label={t("Examples")} className="mt-5">
          <h3 className="mb-1 text-base">{t("Examples")}</h3>
          {examples.map((example) => (
            <Example key={example.title} example={example} />
          ))}
        </section>
      )}
    </AsidePanel>
  );
}

function Example({ example }: { example: MyCampaign["guidelines_examples"][number] }) {
  const t = useT();
  return (
    <details className="border-t border-line py-2">
      <summary className="font-medium">
        <bdi>{example.title}</bdi>
      </summary>
      <div className="flex flex-col gap-3 pt-2 ps-4">
        <Part title={t("Prompt")}>
          <Markdown text={example.prompt} compact />
        </Part>
        {example.responses.map((response, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an example's responses are their places.
          <Part key={index} title={t("Response {{number}}", { number: index + 1 })}>
            <Markdown text={response} compact />
          </Part>
        ))}
        <Part title={t("Verdict")}>
          <p dir="auto" className="font-medium">
            {example.verdict}
          </p>
        </Part>
        {example.explanation && (
          <Part title={t("Why")}>
            <Markdown text={example.explanation} compact />
          </Part>
        )}
      </div>
    </details>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div>
      <h4 className="text-xs text-muted">{title}</h4>
      {children}
    </div>
  );
}

/** A column beside the item; on a phone it covers the item. */
export function AsidePanel({
  title,
  closeLabel,
  onClose,
  footer,
  children,
}: {
  title: string;
  closeLabel: string;
  onClose: () => void;
  footer?: ReactNode;
  children: ReactNode;
}) {
  return (
    <aside
      aria-label={title}
      className="flex w-[360px] shrink-0 flex-col border-s border-line bg-canvas max-lg:fixed max-lg:inset-y-0 max-lg:end-0 max-lg:z-30 max-lg:w-full max-lg:max-w-[400px] max-lg:shadow-float"
    >
      <header className="flex items-center gap-2 border-b border-line px-4 py-1.5">
        <h2 className="flex-1 text-base">{title}</h2>
        <IconButton icon="close" label={closeLabel} onClick={onClose} />
      </header>
      <section
        aria-label={title}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
        tabIndex={0}
        className="min-h-0 flex-1 overflow-y-auto px-4 py-3"
      >
        {children}
      </section>
      {footer && <div className="border-t border-line px-4 py-3">{footer}</div>}
    </aside>
  );
}
