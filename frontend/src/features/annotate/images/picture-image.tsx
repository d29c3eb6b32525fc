import { useState } from "react";
import { useT } from "@/lib/i18n";
import type { Picture } from "./pictures";

/** A picture that fills its frame; says so when it could not be loaded. */
export function PictureImage({ picture }: { picture: Picture | undefined }) {
  const t = useT();
  const [broken, setBroken] = useState<string | null>(null);
  if (!picture) return null;
  if (broken === picture.url)
    return (
      <span className="flex size-full items-center justify-center p-4 text-center text-muted">
        {t("{{image}} could not be loaded.", { image: picture.name })}
      </span>
    );
  return (
    <img
      src={picture.url}
      alt={picture.name}
      width={480}
      height={360}
      decoding="async"
      // Whoever keeps the picture need not know who looks at it, and on which page.
      referrerPolicy="no-referrer"
      onError={() => setBroken(picture.url)}
      className="size-full object-contain"
    />
  );
}
