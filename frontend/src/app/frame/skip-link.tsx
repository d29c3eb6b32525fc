import { useT } from "@/lib/i18n";

/** The first stop of Tab on every page. */
export function SkipLink() {
  const t = useT();
  return (
    <a
      href="#content"
      className="sr-only focus:not-sr-only focus:fixed focus:start-2 focus:top-2 focus:z-50 focus:rounded-md focus:bg-raised focus:px-3 focus:py-2 focus:shadow-float"
    >
      {t("Skip to content")}
    </a>
  );
}
