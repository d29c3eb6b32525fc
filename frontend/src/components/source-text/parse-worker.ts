import { parseSource } from "./parse";

/** Long texts are cut here, so that the page goes on answering keys meanwhile. */
self.onmessage = (event: MessageEvent<{ id: number; text: string }>) => {
  self.postMessage({ id: event.data.id, blocks: parseSource(event.data.text) });
};
