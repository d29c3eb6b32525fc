import { formatExact, formatRelative } from "@/lib/format";
import { useNow } from "@/lib/use-now";

/** "3 min ago", with the exact time on hover. */
export function RelativeTime({ at }: { at: string | null | undefined }) {
  const now = useNow();
  if (!at) return <span className="text-faint">–</span>;
  return (
    <time dateTime={at} title={formatExact(at)} className="whitespace-nowrap">
      {formatRelative(at, now)}
    </time>
  );
}
