/** Drawn rather than written: not every system has the emoji, and theirs have a colour of their own. */
export function ThumbIcon({ thumb, filled = false }: { thumb: "up" | "down"; filled?: boolean }) {
  return (
    <svg
      width={16}
      height={16}
      viewBox="0 0 16 16"
      fill={filled ? "currentColor" : "none"}
      fillOpacity={0.25}
      stroke="currentColor"
      strokeWidth={1.4}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
      className={thumb === "down" ? "shrink-0 rotate-180" : "shrink-0"}
    >
      <path d="M2 7h2.5v6.5H2zM4.5 7.2 7.3 2c1 0 1.8.7 1.8 1.7L8.7 6.3h3.7c.9 0 1.5.8 1.3 1.7l-1 4.2c-.2.8-.8 1.3-1.6 1.3H4.5" />
    </svg>
  );
}
