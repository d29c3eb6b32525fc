import { newIdempotencyKey } from "@/lib/api/client";
import { messageOf } from "@/lib/api/errors";
import type { Answers, FeedbackDetail, Form, Item, NextItem } from "@/lib/api/types";
import { msg } from "@/lib/i18n";
import type { Submission } from "./api";
import { fittingAnswers } from "./form-state";
import type { Outbox } from "./outbox";
import type { OutboxEntry } from "./outbox-entry";

/** How many items wait ready behind the one on screen. */
export const PREFETCH = 2;
/** So many answered items stay ready for Ctrl+Z; older ones are fetched again when somebody goes that far back. */
export const REMEMBERED = 20;
/** The server lends one person this many items at a time; answers on their way count until they have arrived. */
export const MAX_HELD = 5;

/** What is on screen: a fresh lease, or an earlier answer that is being corrected. */
export interface Task {
  /** Changes whenever another item is shown; keys drafts and timers. */
  id: string;
  item: Item;
  form: Form;
  answers: Answers;
  /** What AI drafted for it; only while it is answered for the first time. */
  drafts?: Answers;
  lease: number | null;
  /** The lease it was answered under in this visit; comments and flags go by it. */
  answeredLease?: number;
  /** Resolves to the feedback's id; null for an item not answered yet. */
  feedback: Promise<number | null> | null;
}

export type Phase = "loading" | "labelling" | "done" | "error";

export interface SessionState {
  phase: Phase;
  task: Task | null;
  error: string | null;
  /** Answers given in this visit. */
  answered: number;
  canUndo: boolean;
  canRedo: boolean;
}

export interface SessionApi {
  leaseNext(exclude: number[]): Promise<NextItem | undefined>;
  skip(lease: number, reason: string): Promise<unknown>;
  release(lease: number): Promise<unknown>;
  getFeedback(feedback: number): Promise<FeedbackDetail>;
  recentFeedback(): Promise<number[]>;
}

/** What the page measures while an item is on screen. */
export type Measures = Omit<Submission, "answers" | "form_version">;

/**
 * One person labelling one campaign: the item on screen, the items fetched ahead, and the way back across
 * submits. Submitting shows the next item at once; the outbox carries the answer.
 */
export class LabelSession {
  private ready: NextItem[] = [];
  private history: Task[] = [];
  /** Items undone past, nearest first; a fresh item left on screen waits at the end. */
  private future: Task[] = [];
  private olderFeedback: number[] | null = null;
  private fetching = false;
  private exhausted = false;
  private closed = false;
  private listeners = new Set<() => void>();
  private state: SessionState = {
    phase: "loading",
    task: null,
    error: null,
    answered: 0,
    canUndo: false,
    canRedo: false,
  };

  constructor(
    private readonly api: SessionApi,
    private readonly outbox: Pick<Outbox, "add" | "waitingLeases">,
    private readonly who: { person: number; campaign: number },
  ) {}

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  getState = (): SessionState => this.state;

  async start(): Promise<void> {
    this.closed = false;
    if (this.olderFeedback === null) {
      this.olderFeedback = [];
      this.api.recentFeedback().then(
        (ids) => {
          this.olderFeedback = ids;
          this.set({});
        },
        () => undefined,
      );
    }
    await this.fill();
  }

  /** Gives back what was fetched ahead. The item on screen keeps its lease: a reload finds it again. */
  close(): void {
    this.closed = true;
    for (const each of this.ready) void this.api.release(each.lease.id).catch(() => undefined);
    this.ready = [];
  }

  retry = (): void => {
    this.exhausted = false;
    this.set({ phase: "loading", error: null });
    void this.fill();
  };

  /** An answer has arrived: what had to wait for it can be fetched. */
  wake = (): void => {
    if (!this.exhausted) void this.fill();
  };

  submit(answers: Answers, measures: Measures): void {
    const task = this.state.task;
    if (!task) return;
    const body: Submission = { answers, form_version: task.form.id, ...measures };
    const feedback =
      task.lease !== null ? this.send({ lease: task.lease }, task, body) : this.revise(task, body);
    const answeredLease = task.lease ?? task.answeredLease;
    this.history.push({ ...task, answers, lease: null, feedback, ...(answeredLease && { answeredLease }) });
    void this.forget();
    this.advance({ answered: this.state.answered + (task.lease !== null ? 1 : 0) });
  }

  async skip(reason: string): Promise<void> {
    const task = this.state.task;
    if (!task) return;
    if (task.lease !== null) {
      try {
        await this.api.skip(task.lease, reason);
      } catch (error) {
        this.set({ error: messageOf(error) });
        return;
      }
    }
    this.advance({});
  }

  /** Back to the answer before this one: of this visit first, then of earlier ones. */
  async undo(): Promise<void> {
    const last = this.history.pop();
    if (last) {
      this.goTo(last);
      return;
    }
    const earlier = this.olderFeedback?.shift();
    if (earlier === undefined) return;
    try {
      this.goTo(taskFromFeedback(await this.api.getFeedback(earlier)));
    } catch (error) {
      this.olderFeedback?.unshift(earlier);
      this.set({ error: messageOf(error) });
    }
  }

  /** Forward again without changing anything. */
  redo(): void {
    const task = this.state.task;
    if (!task || this.future.length === 0) return;
    this.history.push(task);
    this.advance({});
  }

  /** Shows the item of a refused answer again, filled in with what still fits. False, with the reason, when it is gone. */
  async reopen(entry: OutboxEntry): Promise<boolean> {
    try {
      const task = await this.again(entry);
      if (!task) {
        this.set({ error: msg("This item is no longer yours to answer; somebody else has it by now.") });
        return false;
      }
      const answers = { ...task.answers, ...fittingAnswers(task.form, entry.body.answers, task.item) };
      // It was counted when it was first given.
      const answered = Math.max(0, this.state.answered - ("lease" in entry.target ? 1 : 0));
      this.set({ answered });
      const again = { ...task, answers, id: `${task.id}-again-${entry.id}` };
      if (this.state.task?.lease === task.lease && task.lease !== null)
        this.set({ task: again, error: null });
      else this.goTo(again);
      return true;
    } catch (error) {
      this.set({ error: messageOf(error) });
      return false;
    }
  }

  private async again(entry: OutboxEntry): Promise<Task | null> {
    if ("feedback" in entry.target)
      return taskFromFeedback(await this.api.getFeedback(entry.target.feedback));
    const { lease } = entry.target;
    const isIt = (next: NextItem) => next.lease.id === lease || next.item.id === entry.item;
    const here = [this.state.task, ...this.future].find((task) => task?.lease === lease);
    if (here) {
      this.future = this.future.filter((task) => task !== here);
      return here;
    }
    const waiting = this.ready.find(isIt);
    if (waiting) {
      this.ready = this.ready.filter((next) => next !== waiting);
      return taskFrom(waiting);
    }
    // Others of mine may come before it; they wait ready then.
    for (let round = 0; round < MAX_HELD; round += 1) {
      const held = this.heldLeases().filter((each) => each !== lease);
      if (held.length >= MAX_HELD) return null;
      const next = await this.api.leaseNext(held);
      if (!next) return null;
      if (isIt(next)) return taskFrom(next);
      this.ready.push(next);
    }
    return null;
  }

  /** Items that are shown next, nearest first. */
  getReady(): readonly NextItem[] {
    return this.ready;
  }

  dismissError = (): void => this.set({ error: null });

  private goTo(task: Task): void {
    if (this.state.task) this.future.unshift(this.state.task);
    this.set({ task, phase: "labelling", error: null });
  }

  private revise(task: Task, body: Submission): Promise<number | null> {
    // A correction may be made before the first answer has arrived; it waits for its number.
    return (task.feedback ?? Promise.resolve(null)).then((id) => {
      if (id !== null) return this.send({ feedback: id }, task, body);
      // The first answer was refused: this is the first one then.
      return task.answeredLease ? this.send({ lease: task.answeredLease }, task, body) : null;
    });
  }

  private async send(target: OutboxEntry["target"], task: Task, body: Submission): Promise<number | null> {
    const receipt = await this.outbox.add({
      id: newIdempotencyKey(),
      ...this.who,
      target,
      item: task.item.id,
      body,
      createdAt: Date.now(),
    });
    return receipt?.feedback.id ?? null;
  }

  /** Old items leave memory once the server has their answers; their numbers stay. */
  private async forget(): Promise<void> {
    while (this.history.length > REMEMBERED) {
      const oldest = this.history[0];
      const id = await oldest?.feedback;
      // Somebody may have walked back meanwhile.
      if (oldest !== this.history[0] || this.history.length <= REMEMBERED) return;
      this.history.shift();
      if (id !== null && id !== undefined) this.olderFeedback?.unshift(id);
    }
  }

  private advance(patch: Partial<SessionState>): void {
    const undone = this.future.shift();
    if (undone) {
      this.set({ ...patch, task: undone, phase: "labelling", error: null });
      return;
    }
    const next = this.ready.shift();
    this.set({
      ...patch,
      task: next ? taskFrom(next) : null,
      phase: next ? "labelling" : this.exhausted && !this.fetching ? "done" : "loading",
      error: null,
    });
    void this.fill();
  }

  /** Fetches until enough items wait ready or the server has none. One request at a time keeps their order. */
  private async fill(): Promise<void> {
    if (this.fetching || this.closed) return;
    this.fetching = true;
    try {
      while (!this.closed && (this.state.task === null || this.ready.length < PREFETCH)) {
        const held = this.heldLeases();
        // Whoever is faster than the network waits for an answer to arrive; see `wake`.
        if (held.length >= MAX_HELD) return;
        const next = await this.api.leaseNext(held);
        if (!next) {
          this.exhausted = true;
          if (this.state.task === null) this.set({ phase: "done" });
          return;
        }
        this.exhausted = false;
        if (this.closed) {
          void this.api.release(next.lease.id).catch(() => undefined);
          return;
        }
        if (this.state.task === null) this.set({ task: taskFrom(next), phase: "labelling", error: null });
        else {
          this.ready.push(next);
          this.set({});
        }
      }
    } catch (error) {
      // While something is on screen the next submit tries again; only an empty screen needs a word.
      if (this.state.task === null) this.set({ phase: "error", error: messageOf(error) });
    } finally {
      this.fetching = false;
    }
  }

  private heldLeases(): number[] {
    const shown = [this.state.task, ...this.future].map((task) => task?.lease ?? null);
    const held = [...shown.filter((lease) => lease !== null), ...this.ready.map((each) => each.lease.id)];
    return [...new Set([...held, ...this.outbox.waitingLeases()])];
  }

  private set(patch: Partial<SessionState>): void {
    this.state = { ...this.state, ...patch };
    this.state.canUndo = this.history.length > 0 || (this.olderFeedback?.length ?? 0) > 0;
    this.state.canRedo = this.future.length > 0;
    for (const listener of this.listeners) listener();
  }
}

function taskFrom(next: NextItem): Task {
  return {
    id: `lease-${next.lease.id}`,
    item: next.item,
    form: next.form,
    answers: next.answers ?? {},
    drafts: next.drafts ?? {},
    lease: next.lease.id,
    feedback: null,
  };
}

function taskFromFeedback(detail: FeedbackDetail): Task {
  return {
    id: `feedback-${detail.id}`,
    item: detail.item,
    form: detail.form,
    answers: detail.answers,
    lease: null,
    feedback: Promise.resolve(detail.id),
  };
}
