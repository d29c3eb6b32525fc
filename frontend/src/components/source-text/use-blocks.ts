import { useEffect, useState } from "react";
import type { Block } from "./tree";

/** Shorter texts are cut at once; longer ones in a worker, because a second's work would hold up the keys. */
const WORKER_FROM = 20_000;
const CACHE_SIZE = 60;

type Parser = typeof import("./parse");

const cache = new Map<string, Block[]>();
let parser: Parser | null = null;
let loading: Promise<Parser> | null = null;

/** Fetches the parser ahead, so that the first text to be marked is there at once. */
export function preloadSourceText(): Promise<unknown> {
  loading ??= import("./parse").then((module) => {
    parser = module;
    return module;
  });
  return loading;
}

function remember(text: string, blocks: Block[]): Block[] {
  if (cache.size >= CACHE_SIZE) cache.delete(cache.keys().next().value ?? "");
  cache.set(text, blocks);
  return blocks;
}

/** The blocks if they can be had without waiting. */
function blocksNow(text: string): Block[] | null {
  const known = cache.get(text);
  if (known) return known;
  if (!parser || (text.length >= WORKER_FROM && typeof Worker !== "undefined")) return null;
  return remember(text, parser.parseSource(text));
}

async function blocksLater(text: string): Promise<Block[]> {
  if (text.length >= WORKER_FROM && typeof Worker !== "undefined") {
    try {
      return remember(text, await inWorker(text));
    } catch {
      // A browser that allows no workers does it here, only less smoothly.
    }
  }
  await preloadSourceText();
  const known = cache.get(text) ?? parser?.parseSource(text) ?? [];
  return remember(text, known);
}

let worker: Worker | null = null;
let nextId = 0;
const waiting = new Map<number, { done: (blocks: Block[]) => void; failed: (error: unknown) => void }>();

function inWorker(text: string): Promise<Block[]> {
  if (!worker) {
    worker = new Worker(new URL("./parse-worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = (event: MessageEvent<{ id: number; blocks: Block[] }>) => {
      waiting.get(event.data.id)?.done(event.data.blocks);
      waiting.delete(event.data.id);
    };
    worker.onerror = (event) => {
      for (const each of waiting.values()) each.failed(event);
      waiting.clear();
      worker = null;
    };
  }
  const id = nextId++;
  const sender = worker;
  return new Promise((done, failed) => {
    waiting.set(id, { done, failed });
    sender.postMessage({ id, text });
  });
}

/** The text as blocks; null until they are there. */
export function useBlocks(text: string): Block[] | null {
  const now = blocksNow(text);
  const [later, setLater] = useState<{ text: string; blocks: Block[] } | null>(null);
  useEffect(() => {
    if (now) return;
    let wanted = true;
    void blocksLater(text).then((blocks) => wanted && setLater({ text, blocks }));
    return () => {
      wanted = false;
    };
  }, [text, now]);
  return now ?? (later?.text === text ? later.blocks : null);
}
