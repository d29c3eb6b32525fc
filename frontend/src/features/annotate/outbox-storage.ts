import type { OutboxEntry, OutboxStorage } from "./outbox-entry";

const DATABASE = "plumbline-annotate";
const STORE = "outbox";

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function inStore<T>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await open();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

/** Survives reload, sleep, a crash of the browser and signing out. */
export const indexedDbStorage: OutboxStorage = {
  load: () => inStore("readonly", (store) => store.getAll() as IDBRequest<OutboxEntry[]>),
  put: async (entry) => {
    await inStore("readwrite", (store) => store.put(entry));
  },
  remove: async (id) => {
    await inStore("readwrite", (store) => store.delete(id));
  },
};

/** For browsers without IndexedDB (some private windows) and for tests. */
export function memoryStorage(): OutboxStorage {
  const entries = new Map<string, OutboxEntry>();
  return {
    load: () => Promise.resolve([...entries.values()]),
    put: (entry) => {
      entries.set(entry.id, structuredClone(entry));
      return Promise.resolve();
    },
    remove: (id) => {
      entries.delete(id);
      return Promise.resolve();
    },
  };
}

export function browserStorage(): OutboxStorage {
  return typeof indexedDB === "undefined" ? memoryStorage() : indexedDbStorage;
}
