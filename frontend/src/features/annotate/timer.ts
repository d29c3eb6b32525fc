/** Without a key, a move or a scroll for this long, the clock of work stands still. */
export const IDLE_AFTER_MS = 30_000;

/**
 * Time on one item: from first sight to answer, and how much of it somebody was there. The clock of work also stands
 * still while the page is out of sight, and while the person has paused it.
 */
export class ItemTimer {
  private readonly startedAt: number;
  private active = 0;
  private lastActivity: number;
  private stands: "no" | "away" | "paused" = "no";

  constructor(private readonly now: () => number = () => performance.now()) {
    this.startedAt = now();
    this.lastActivity = this.startedAt;
  }

  /** Something was done. The gap since the last activity counts up to the idle limit. */
  touch(): void {
    if (this.stands === "paused") return;
    this.count();
    this.stands = "no";
  }

  /** The page went out of sight; the next activity goes on. */
  leave(): void {
    if (this.stands !== "no") return;
    this.count();
    this.stands = "away";
  }

  /** Only `resume` goes on. */
  pause(): void {
    this.count();
    this.stands = "paused";
  }

  resume(): void {
    if (this.stands !== "paused") return;
    this.count();
    this.stands = "no";
  }

  get isPaused(): boolean {
    return this.stands === "paused";
  }

  get isIdle(): boolean {
    return this.stands !== "no" || this.now() - this.lastActivity > IDLE_AFTER_MS;
  }

  /** Milliseconds since the item appeared. */
  get elapsed(): number {
    return Math.round(this.now() - this.startedAt);
  }

  read(): { duration_ms: number; active_ms: number } {
    return { duration_ms: this.elapsed, active_ms: Math.round(this.active + this.running()) };
  }

  /** Active time since the last activity that is not counted yet. */
  private running(): number {
    return this.stands === "no" ? Math.min(this.now() - this.lastActivity, IDLE_AFTER_MS) : 0;
  }

  private count(): void {
    this.active += this.running();
    this.lastActivity = this.now();
  }
}
