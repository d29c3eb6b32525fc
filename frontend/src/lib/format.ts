import { currentLocale, t } from "./i18n";

/** Numbers, sizes and times as people read them. Numbers are en-US with tabular digits in mind. */
const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const exact = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });
const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" });

export const NONE = "–";

export function formatCount(value: number | null | undefined): string {
  return value === null || value === undefined ? NONE : whole.format(value);
}

/** "1 row", "1,204 rows". Words whose plural is not "+s" are given in full. */
export function countOf(value: number, singular: string, plural = `${singular}s`): string {
  return `${whole.format(value)} ${value === 1 ? singular : plural}`;
}

/** Three significant digits, never exponent notation for everyday magnitudes. */
export function formatNumber(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) return value.toExponential(digits - 1).replace("-", "−");
  return new Intl.NumberFormat("en-US", { maximumSignificantDigits: size >= 1000 ? undefined : digits })
    .format(value)
    .replace("-", "−");
}

export function formatPercent(fraction: number | null | undefined, digits = 0): string {
  if (fraction === null || fraction === undefined || !Number.isFinite(fraction)) return NONE;
  return `${(fraction * 100).toFixed(digits)} %`;
}

export function formatBytes(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return NONE;
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** "8 s", "2 min 5 s", "3 h 12 min", "2 d 4 h". */
export function formatDuration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return NONE;
  if (seconds < 1) return "< 1 s";
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return join(Math.floor(s / 60), "min", s % 60, "s");
  if (s < 86_400) return join(Math.floor(s / 3600), "h", Math.floor((s % 3600) / 60), "min");
  return join(Math.floor(s / 86_400), "d", Math.floor((s % 86_400) / 3600), "h");
}

function join(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`;
}

export function formatMs(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return NONE;
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : formatDuration(ms / 1000);
}

/** "1,240 rows/s"; slow work reads better per minute. */
export function formatRate(perSecond: number | null | undefined, unit: string): string {
  if (perSecond === null || perSecond === undefined || perSecond <= 0) return NONE;
  if (perSecond < 0.5) return `${formatNumber(perSecond * 60, 2)} ${unit}/min`;
  return `${perSecond >= 10 ? whole.format(perSecond) : formatNumber(perSecond, 2)} ${unit}/s`;
}

/** "just now", "3 min ago", "in 2 h"; a date once it is more than a week away. */
export function formatRelative(iso: string | null | undefined, now: number = Date.now()): string {
  if (!iso) return NONE;
  const at = Date.parse(iso);
  if (Number.isNaN(at)) return NONE;
  const seconds = Math.round((now - at) / 1000);
  const size = Math.abs(seconds);
  if (size < 45) return t("just now");
  const [value, unit]: [number, "min" | "h" | "d"] =
    size < 2700
      ? [Math.max(1, Math.round(size / 60)), "min"]
      : size < 79_200
        ? [Math.max(1, Math.round(size / 3600)), "h"]
        : [Math.max(1, Math.round(size / 86_400)), "d"];
  if (unit === "d" && value > 7) return currentLocale() === "en" ? day.format(at) : inLocale(at, "medium");
  if (currentLocale() !== "en") {
    const units = { min: "minute", h: "hour", d: "day" } as const;
    const words = new Intl.RelativeTimeFormat(currentLocale(), { style: "short" });
    return words.format(seconds > 0 ? -value : value, units[unit]);
  }
  return seconds > 0 ? `${value} ${unit} ago` : `in ${value} ${unit}`;
}

export function formatExact(iso: string | null | undefined): string {
  if (!iso || Number.isNaN(Date.parse(iso))) return NONE;
  return currentLocale() === "en"
    ? exact.format(Date.parse(iso))
    : inLocale(Date.parse(iso), "medium", "medium");
}

function inLocale(at: number, dateStyle: "medium", timeStyle?: "medium"): string {
  return new Intl.DateTimeFormat(currentLocale(), { dateStyle, ...(timeStyle && { timeStyle }) }).format(at);
}

/** Turns a machine's word into a person's: "both_bad" → "both bad". */
export function humanize(word: string): string {
  return word.replace(/[_.-]+/g, " ").trim();
}

export function sentence(word: string): string {
  const text = humanize(word);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A description as a sentence: "weight of a row" → "Weight of a row."; symbols such as α keep their case. */
export function asSentence(text: string): string {
  const opened = /^[a-z][a-z-]/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  return /[.!?…]$/.test(opened) ? opened : `${opened}.`;
}
