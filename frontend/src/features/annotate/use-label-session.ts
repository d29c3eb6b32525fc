import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { useMe } from "@/lib/session";
import * as calls from "./api";
import { Outbox } from "./outbox";
import type { OutboxEntry } from "./outbox-entry";
import { browserStorage } from "./outbox-storage";
import { LabelSession } from "./session";
import { ItemTimer } from "./timer";

const RECENT = 50;

const send = (entry: OutboxEntry) =>
  "lease" in entry.target
    ? calls.submitLease(entry.target.lease, entry.body, entry.id)
    : calls.reviseFeedback(entry.target.feedback, entry.body, entry.id);

/** The session and outbox of this person in this campaign, alive while the page is open. */
export function useLabelSession(campaign: number) {
  const me = useMe();
  const { outbox, session } = useMemo(() => {
    const box = new Outbox(browserStorage(), { send }, me.id);
    const api = {
      leaseNext: (exclude: number[]) => calls.leaseNext(campaign, exclude),
      skip: calls.skipLease,
      release: calls.releaseLease,
      getFeedback: calls.getFeedback,
      recentFeedback: async () =>
        (await calls.listMyFeedback(campaign, RECENT)).results.map((each) => each.id),
    };
    return { outbox: box, session: new LabelSession(api, box, { person: me.id, campaign }) };
  }, [campaign, me.id]);

  useEffect(() => {
    // What an earlier visit left is known first, so that its leases are not served again.
    void outbox.start().then(() => session.start());
    const unsubscribe = outbox.subscribe(session.wake);
    const leave = () => session.close();
    window.addEventListener("online", outbox.kick);
    window.addEventListener("pagehide", leave);
    return () => {
      window.removeEventListener("online", outbox.kick);
      window.removeEventListener("pagehide", leave);
      unsubscribe();
      session.close();
      outbox.close();
    };
  }, [outbox, session]);

  return {
    session,
    outbox,
    state: useSyncExternalStore(session.subscribe, session.getState),
    sending: useSyncExternalStore(outbox.subscribe, outbox.getState),
  };
}

/** Renews the lease of the item on screen while somebody is there. */
export function useHeartbeat(lease: number | null, isIdle: () => boolean): void {
  const idle = useRef(isIdle);
  idle.current = isIdle;
  useEffect(() => {
    if (lease === null) return;
    const timer = setInterval(() => {
      if (!idle.current()) void calls.heartbeatLease(lease).catch(() => undefined);
    }, 120_000);
    return () => clearInterval(timer);
  }, [lease]);
}

/** A timer that starts anew with each task and hears every key, move and scroll. */
export function useItemTimer(task: string | null) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new task starts a new timer.
  const timer = useMemo(() => new ItemTimer(), [task]);
  const [seconds, setSeconds] = useState(0);
  const [idle, setIdle] = useState(false);
  useEffect(() => {
    const touch = () => timer.touch();
    const events = ["keydown", "pointermove", "pointerdown", "wheel", "touchmove", "scroll"] as const;
    for (const name of events) window.addEventListener(name, touch, { capture: true, passive: true });
    const tick = setInterval(() => {
      setSeconds(Math.floor(timer.read().active_ms / 1000));
      setIdle(timer.isIdle);
    }, 1000);
    setSeconds(0);
    setIdle(false);
    return () => {
      for (const name of events) window.removeEventListener(name, touch, { capture: true });
      clearInterval(tick);
    };
  }, [timer]);
  return { timer, seconds, idle };
}
