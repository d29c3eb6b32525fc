import { lazy, Suspense, useState } from "react";
import { useT } from "@/lib/i18n";

const Lightbox = lazy(() => import("./lightbox"));

/** One picture of the item, with the words that name it. */
export interface Picture {
  url: string;
  /** "Image 1 of the First response". */
  name: string;
}

/**
 * Pictures in frames of one size, so that nothing moves when they arrive. A press opens one large; `others` are the
 * pictures it can be compared with there.
 */
export function ImageFrames({ pictures, others }: { pictures: Picture[]; others: Picture[] }) {
  const t = useT();
  const [open, setOpen] = useState<number | null>(null);
  if (pictures.length === 0) return null;
  const all = [...pictures, ...others.filter((other) => !pictures.some((each) => each.url === other.url))];
  return (
    <div className="mb-3 flex flex-wrap gap-2">
      {pictures.map((picture, index) => (
        <button
          key={picture.url}
          type="button"
          aria-label={t("{{image}}, enlarge", { image: picture.name })}
          onClick={() => setOpen(index)}
          className="flex aspect-[4/3] w-full max-w-[420px] cursor-zoom-in items-center justify-center overflow-hidden rounded-md border border-line bg-subtle"
        >
          <img
            src={picture.url}
            alt={picture.name}
            width={420}
            height={315}
            decoding="async"
            className="size-full object-contain"
          />
        </button>
      ))}
      {open !== null && (
        <Suspense fallback={null}>
          <Lightbox pictures={all} start={open} onClose={() => setOpen(null)} />
        </Suspense>
      )}
    </div>
  );
}
