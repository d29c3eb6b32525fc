import { useState } from "react";
import { cx } from "@/lib/cx";
import { useT } from "@/lib/i18n";
import { loadable } from "@/lib/loadable";
import { PictureImage } from "./picture-image";
import type { Picture } from "./pictures";

const Lightbox = loadable(() => import("./lightbox"));

interface Props {
  pictures: Picture[];
  others: Picture[];
  /** In the prompt, where the words come first. */
  small?: boolean;
}

/**
 * Pictures in frames of one size, so that nothing moves when they arrive. A press opens one large; `others` are the
 * pictures it can be compared with there.
 */
export function ImageFrames({ pictures, others, small = false }: Props) {
  const t = useT();
  const [open, setOpen] = useState<number | null>(null);
  if (pictures.length === 0) return null;
  const all = [...pictures, ...others.filter((other) => !pictures.some((each) => each.name === other.name))];
  return (
    <div className="mb-3 flex flex-wrap gap-2">
      {pictures.map((picture, index) => (
        <button
          key={picture.name}
          type="button"
          aria-label={t("{{image}}, enlarge", { image: picture.name })}
          onClick={() => setOpen(index)}
          className={cx(
            "flex aspect-[4/3] w-full cursor-zoom-in items-center justify-center overflow-hidden rounded-md border border-line bg-subtle",
            small ? "max-w-[176px]" : "max-w-[480px]",
          )}
        >
          <PictureImage picture={picture} />
        </button>
      ))}
      {open !== null && <Lightbox pictures={all} start={open} onClose={() => setOpen(null)} />}
    </div>
  );
}
