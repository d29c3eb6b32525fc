/** Without a key, a move or a scroll for this long, the clock of work stands still. */
export const IDLE_AFTER_MS = 30_000;

/** Time on one item: from first sight to answer, and how much of it somebody was there. */
export class ItemTimer {
  private readonly startedAt: number;
  private active = 0;
  private lastActivity: number;

  constructor(private readonly now: () => number = () => performance.now()) {
    this.startedAt = now();
    this.lastActivity = this.startedAt;
  }

  /** Something was done. The gap since the last activity counts up to the idle limit. */
  touch(): void {
    const at = this.now();
    this.active += Math.min(at - this.lastActivity, IDLE_AFTER_MS);
    this.lastActivity = at;
  }

  get isIdle(): boolean {
    return this.now() - this.lastActivity > IDLE_AFTER_MS;
  }

  read(): { duration_ms: number; active_ms: number } {
    const at = this.now();
    const active = this.active + Math.min(at - this.lastActivity, IDLE_AFTER_MS);
    return { duration_ms: Math.round(at - this.startedAt), active_ms: Math.round(active) };
  }
}
