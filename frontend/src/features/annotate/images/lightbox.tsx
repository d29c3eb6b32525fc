import { Dialog as Radix } from "radix-ui";
import { type RefObject, useRef, useState } from "react";
import { useActions } from "@/actions";
import { Button, IconButton } from "@/components/ui";
import { useFocusReturn } from "@/components/ui/use-focus-return";
import { useT } from "@/lib/i18n";
import { PictureImage } from "./picture-image";
import type { Picture } from "./pictures";

const ZOOMS = [1, 1.5, 2, 3, 4];

interface Props {
  pictures: Picture[];
  start: number;
  onClose: () => void;
}

/** One picture as large as the window, or two side by side that move together. */
export default function Lightbox({ pictures, start, onClose }: Props) {
  const t = useT();
  const focus = useFocusReturn();
  const [index, setIndex] = useState(start);
  const [beside, setBeside] = useState<number | null>(null);
  const [zoom, setZoom] = useState(0);
  const views = useRef<(HTMLElement | null)[]>([]);
  const step = (by: 1 | -1) => setIndex((index + by + pictures.length) % pictures.length);
  const nearer = (by: 1 | -1) => setZoom(Math.max(0, Math.min(ZOOMS.length - 1, zoom + by)));
  const other = (index + 1) % pictures.length;
  const compare = () => setBeside(beside === null ? other : null);
  const group = t("Images");
  const actions = {
    previous: { id: "images.previous", label: t("Previous image"), keys: ["ArrowLeft"], run: () => step(-1) },
    next: { id: "images.next", label: t("Next image"), keys: ["ArrowRight"], run: () => step(1) },
    larger: { id: "images.larger", label: t("Larger"), keys: ["+"], run: () => nearer(1) },
    smaller: { id: "images.smaller", label: t("Smaller"), keys: ["-"], run: () => nearer(-1) },
    compare: { id: "images.compare", label: t("Compare two images"), keys: ["c"], run: compare },
  };
  useActions(Object.values(actions).map((each) => ({ ...each, group, inDialog: true, keyOnly: true })));
  const shown = [index, beside].filter((each) => each !== null);

  return (
    <Radix.Root open onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-overlay" />
        <Radix.Content
          data-modal=""
          aria-describedby={undefined}
          {...focus}
          className="fixed inset-2 z-50 flex flex-col rounded-md border border-line bg-raised shadow-float"
        >
          <header className="flex flex-wrap items-center gap-1 border-b border-line px-3 py-1.5">
            <Radix.Title className="min-w-0 flex-1 truncate text-base">
              {shown.map((each) => pictures[each]?.name).join(" · ")}
            </Radix.Title>
            {pictures.length > 1 && (
              <>
                <Button
                  size="sm"
                  variant="ghost"
                  aria-pressed={beside !== null}
                  shortcut="c"
                  onClick={compare}
                >
                  {t("Compare")}
                </Button>
                <IconButton icon="chevron-left" label={t("Previous image")} onClick={() => step(-1)} />
                <IconButton icon="chevron-right" label={t("Next image")} onClick={() => step(1)} />
              </>
            )}
            <Button size="sm" variant="ghost" shortcut="-" disabled={zoom === 0} onClick={() => nearer(-1)}>
              {t("Smaller")}
            </Button>
            <span className="num w-12 text-center text-muted">{(ZOOMS[zoom] ?? 1) * 100} %</span>
            <Button
              size="sm"
              variant="ghost"
              shortcut="+"
              disabled={zoom === ZOOMS.length - 1}
              onClick={() => nearer(1)}
            >
              {t("Larger")}
            </Button>
            <Radix.Close asChild>
              <IconButton icon="close" label={t("Close")} />
            </Radix.Close>
          </header>
          <div className="flex min-h-0 flex-1 divide-x divide-line max-sm:flex-col max-sm:divide-x-0 max-sm:divide-y">
            {shown.map((each, side) => (
              <Sheet
                // biome-ignore lint/suspicious/noArrayIndexKey: left stays left whatever it shows.
                key={side}
                side={side}
                views={views}
                zoom={ZOOMS[zoom] ?? 1}
                picture={pictures[each]}
              />
            ))}
          </div>
          {beside !== null && pictures.length > 2 && (
            <footer className="flex flex-wrap items-center gap-2 border-t border-line px-3 py-1.5">
              <label htmlFor="images-beside" className="text-muted">
                {t("Beside it")}
              </label>
              <select
                id="images-beside"
                value={beside}
                onChange={(event) => setBeside(Number(event.target.value))}
                className="h-8 rounded-md border border-control bg-canvas px-2"
              >
                {pictures.map((picture, at) => (
                  <option key={picture.name} value={at}>
                    {picture.name}
                  </option>
                ))}
              </select>
            </footer>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

interface SheetProps {
  side: number;
  views: RefObject<(HTMLElement | null)[]>;
  zoom: number;
  picture: Picture | undefined;
}

/** A picture that scrolls when it is larger than its place; the one beside it follows. */
function Sheet({ side, views, zoom, picture }: SheetProps) {
  const follow = (from: HTMLElement) => {
    for (const view of views.current) {
      if (
        !view ||
        view === from ||
        Math.abs(view.scrollTop - from.scrollTop) + Math.abs(view.scrollLeft - from.scrollLeft) < 2
      )
        continue;
      view.scrollTop = from.scrollTop;
      view.scrollLeft = from.scrollLeft;
    }
  };
  return (
    <section
      ref={(node) => {
        views.current[side] = node;
      }}
      aria-label={picture?.name}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
      tabIndex={0}
      onScroll={(event) => follow(event.currentTarget)}
      className="min-h-0 min-w-0 flex-1 overflow-auto bg-subtle"
    >
      <div className="size-full" style={{ width: `${zoom * 100}%`, height: `${zoom * 100}%` }}>
        <PictureImage picture={picture} />
      </div>
    </section>
  );
}
