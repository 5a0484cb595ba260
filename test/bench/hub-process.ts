import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type Actor, type ApiKeyId, systemClock } from "@caretaker/protocol";
import { connectors } from "@caretaker/reach/makes.ts";
import { createAgents } from "@caretaker/server/agents/agents.ts";
import { createAnnouncements } from "@caretaker/server/announcements.ts";
import { openDatabase } from "@caretaker/server/db/database.ts";
import { newId } from "@caretaker/server/db/new-id.ts";
import { createGateways } from "@caretaker/server/gateways/gateways.ts";
import { createLive } from "@caretaker/server/live/live.ts";
import { hubKey } from "@caretaker/server/secrets/hub-key.ts";
import { openKeyRing } from "@caretaker/server/secrets/key-ring.ts";
import { createVault, createWordSealer } from "@caretaker/server/secrets/vault.ts";
import { createState } from "@caretaker/server/state/state.ts";
import { cpuMicroseconds, preciseNow, serveWorker } from "./worker.ts";

/** The hub's rooms between a home and a screen, put together as hub.ts does: state, gateways, live, on a real database. */

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const actor: Actor = { kind: "key", id: newId<ApiKeyId>(), name: "bench", role: "technician" };
let closing: () => Promise<void> = async () => {};
let heapBefore = 0;
let state: ReturnType<typeof createState> | undefined;

let listenedAt = 0;

async function open({
  databaseUrl,
  folder,
  port = 0,
}: {
  databaseUrl: string;
  folder: string;
  port?: number;
}): Promise<number> {
  const db = openDatabase({ url: databaseUrl, log: silent });
  const announcements = createAnnouncements(() => {});
  const ring = await openKeyRing(join(folder, "keys.json"));
  const vault = createVault({ db, ring });
  const clock = systemClock;
  state = createState({ db, clock, announcements, log: silent, connectorName: (id) => id });
  const server = createServer();
  const agents = createAgents({
    db,
    server,
    clock,
    log: silent,
    announcements,
    key: await hubKey(db, vault),
    hubId: "bench",
    sealer: createWordSealer(ring),
  });
  const { linkOf, policyOf } = agents;
  const reached = { db, state, vault, connectors, clock, log: silent, announcements, linkOf, policyOf };
  const gateways = createGateways(reached);
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
  await agents.start();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  listenedAt = preciseNow();
  heapBefore = collectedHeap();
  await state.start();
  await gateways.start();
  closing = async () => {
    await live.close();
    await agents.close();
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
    listeningSince: () => listenedAt,
    entities: () => [...(state?.store.gateways.values() ?? [])].reduce((sum, { byKey }) => sum + byKey.size, 0),
    heapOfState: () => collectedHeap() - heapBefore,
  },
  () => closing(),
);
