import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type Actor, type ApiKeyId, systemClock } from "@caretaker/protocol";
import { connectors } from "@caretaker/reach/makes.ts";
import { createAnnouncements } from "@caretaker/server/announcements.ts";
import { openDatabase } from "@caretaker/server/db/database.ts";
import { newId } from "@caretaker/server/db/new-id.ts";
import { createGateways } from "@caretaker/server/gateways/gateways.ts";
import { createLive } from "@caretaker/server/live/live.ts";
import { openKeyRing } from "@caretaker/server/secrets/key-ring.ts";
import { createVault } from "@caretaker/server/secrets/vault.ts";
import { createState } from "@caretaker/server/state/state.ts";
import { cpuMicroseconds, preciseNow, serveWorker } from "./worker.ts";

/** The hub's rooms between a home and a screen, put together as hub.ts does: state, gateways, live, on a real database. */

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const actor: Actor = { kind: "key", id: newId<ApiKeyId>(), name: "bench", role: "technician" };
let closing: () => Promise<void> = async () => {};
let heapBefore = 0;
let state: ReturnType<typeof createState> | undefined;

async function open({ databaseUrl, folder }: { databaseUrl: string; folder: string }): Promise<number> {
  const db = openDatabase({ url: databaseUrl, log: silent });
  const announcements = createAnnouncements(() => {});
  const vault = createVault({ db, ring: await openKeyRing(join(folder, "keys.json")) });
  const clock = systemClock;
  state = createState({ db, clock, announcements, log: silent, connectorName: (id) => id });
  const gateways = createGateways({ db, state, vault, connectors, clock, log: silent, announcements });
  const server = createServer();
  const live = createLive({
    server,
    origins: [],
    actorOf: async () => actor,
    stillAllowed: async () => actor,
    mayView: async () => true,
    state,
    runs: {
      active: async () => [],
      ofSite: async () => [],
      details: async () => undefined,
      eventsSince: async () => [],
    },
    announcements,
    clock,
    log: silent,
    epoch: newId(),
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  heapBefore = collectedHeap();
  await state.start();
  await gateways.start();
  closing = async () => {
    await live.close();
    await gateways.close();
    await state?.close();
    await db.destroy();
  };
  return (server.address() as AddressInfo).port;
}

/** Resolves with the moment at which the last gateway was connected. */
async function whenAllOnline(): Promise<number> {
  const all = [...(state?.store.gateways.values() ?? [])];
  for (;;) {
    const waiting = all.filter(({ status }) => status.state !== "online");
    if (waiting.length === 0) return preciseNow();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function collectedHeap(): number {
  for (let round = 0; round < 3; round += 1) globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

serveWorker(
  {
    open,
    whenAllOnline,
    cpu: cpuMicroseconds,
    entities: () => [...(state?.store.gateways.values() ?? [])].reduce((sum, { byKey }) => sum + byKey.size, 0),
    heapOfState: () => collectedHeap() - heapBefore,
  },
  () => closing(),
);
