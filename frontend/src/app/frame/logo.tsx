/** A plumb line: the string, and the weight that tells what is upright. */
export function Logo({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="7" fill="var(--accent)" />
      <path d="M9 7h14M16 7v9" stroke="#fff" strokeWidth="2.4" strokeLinecap="round" fill="none" />
      <path d="M11.5 16h9L16 26z" fill="#fff" />
    </svg>
  );
}
