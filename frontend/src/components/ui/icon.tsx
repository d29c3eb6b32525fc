/** A small set of 16 px line icons; decorative always, so hidden from screen readers. */
const PATHS = {
  check: "M3 8.5 6.5 12 13 4.5",
  "chevron-down": "m4 6 4 4 4-4",
  "chevron-right": "m6 4 4 4-4 4",
  "chevron-left": "m10 4-4 4 4 4",
  close: "m4 4 8 8M12 4l-8 8",
  plus: "M8 3v10M3 8h10",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10Zm3.5-1.5L14 14",
  copy: "M6 6h7v7H6zM10 6V3H3v7h3",
  download: "M8 2v8m-3-3 3 3 3-3M3 13h10",
  upload: "M8 10V2M5 5l3-3 3 3M3 13h10",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  play: "M5 3v10l8-5z",
  stop: "M4 4h8v8H4z",
  retry: "M13 8a5 5 0 1 1-1.5-3.5M13 2v3h-3",
  warning: "M8 2 1.5 13.5h13zM8 6.5v3M8 11.5v.1",
  info: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12Zm0-7v4M8 4.9V5",
  more: "M3.5 8v.01M8 8v.01M12.5 8v.01",
  table: "M2 3h12v10H2zM2 7h12M7 7v6",
  reader: "M2 3h12v10H2zM8 3v10",
  chart: "M2 13h12M4 13V8m4 5V4m4 9V6",
  user: "M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6Zm-5.5 6a5.5 5.5 0 0 1 11 0",
  link: "M6.5 9.5l3-3M7 4.5 8.5 3a3.2 3.2 0 0 1 4.5 4.5L11.5 9M9 11.5 7.5 13A3.2 3.2 0 0 1 3 8.5L4.5 7",
  trash: "M3 4h10M6 4V2.5h4V4M4.5 4l.5 9.5h6l.5-9.5",
  edit: "m3 13 .8-3.2L10.5 3 13 5.5 6.2 12.2z",
  keyboard: "M1.5 4h13v8h-13zM4 7h.01M6.7 7h.01M9.3 7h.01M12 7h.01M5 9.7h6",
  undo: "M3 6h7a3.5 3.5 0 0 1 0 7H6M3 6l3-3M3 6l3 3",
  comment: "M2.5 3.5h11v7.5H8l-3 2.5V11H2.5z",
  flag: "M4 14V2.5h8L10 5.5l2 3H4",
  help: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM6.2 6.2a1.9 1.9 0 1 1 2.6 1.9c-.5.2-.8.6-.8 1.1v.1M8 11.3v.1",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16, className }: { name: IconName; size?: number; className?: string }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === "more" ? 2.2 : 1.4}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
      className={className}
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
