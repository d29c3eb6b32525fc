import { useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import { renderMarkdown } from "@/components/markdown";
import { api as http } from "@/lib/api/client";
import type { Me, NextItem } from "@/lib/api/types";
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

/** Asked again rather than remembered: another tab may have signed in somebody else. */
const whoAmI = async () => (await http.get<Me>("/api/me/", { allowAnonymous: true })).id;

/** Answers of this person that the server does not have yet; sent while the calling page is open. */
export function useOutbox() {
  const me = useMe();
  const outbox = useMemo(() => new Outbox(browserStorage(), { send, whoAmI }, me.id), [me.id]);
  useEffect(() => {
    void outbox.start();
    window.addEventListener("online", outbox.kick);
    return () => {
      window.removeEventListener("online", outbox.kick);
      outbox.close();
    };
  }, [outbox]);
  return { outbox, sending: useSyncExternalStore(outbox.subscribe, outbox.getState) };
}

/** The session and outbox of this person in this campaign, alive while the page is open. */
export function useLabelSession(campaign: number) {
  const me = useMe();
  const { outbox, session } = useMemo(() => {
    const box = new Outbox(browserStorage(), { send, whoAmI }, me.id);
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
    let warm: readonly NextItem[] = [];
    const unwatch = session.subscribe(() => {
      const ready = session.getReady();
      warmUp(ready.filter((each) => !warm.includes(each)));
      warm = [...ready];
    });
    const leave = () => session.close();
    window.addEventListener("online", outbox.kick);
    window.addEventListener("pagehide", leave);
    return () => {
      window.removeEventListener("online", outbox.kick);
      window.removeEventListener("pagehide", leave);
      unsubscribe();
      unwatch();
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

/** A timer that starts anew with each task and hears every key, move and scroll, and the page going out of sight. */
export function useItemTimer(task: string | null): ItemTimer {
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new task starts a new timer.
  const timer = useMemo(() => new ItemTimer(), [task]);
  useEffect(() => {
    const touch = () => timer.touch();
    const hidden = () => document.visibilityState === "hidden" && timer.leave();
    const events = ["keydown", "pointermove", "pointerdown", "wheel", "touchmove", "scroll"] as const;
    for (const name of events) window.addEventListener(name, touch, { capture: true, passive: true });
    document.addEventListener("visibilitychange", hidden);
    return () => {
      for (const name of events) window.removeEventListener(name, touch, { capture: true });
      document.removeEventListener("visibilitychange", hidden);
    };
  }, [timer]);
  return timer;
}

/** Prepares what comes next while the person reads: markdown is rendered and pictures are fetched ahead. */
function warmUp(ready: readonly NextItem[]): void {
  const later = window.requestIdleCallback ?? ((work: () => void) => setTimeout(work, 200));
  for (const { item } of ready) {
    for (const { content, images } of [...item.prompt, ...item.responses]) {
      later(() => void renderMarkdown(content));
      for (const url of images ?? []) later(() => preload(url));
    }
  }
}

function preload(url: string): void {
  new Image().src = url;
}
