import type { RoomClosed, ServerToClientEvents, SiteDelta, WatchAnswer } from "@caretaker/protocol";
import { io } from "socket.io-client";
import { WebSocket } from "ws";
import { preciseNow, serveWorker } from "./worker.ts";

/** Dashboards: some watch the hub, some the relay. */

let delays: number[] = [];
let changes = 0;
let relayed = 0;

async function watchHub({
  port,
  dashboards,
}: {
  port: number;
  dashboards: readonly (readonly string[])[];
}): Promise<number> {
  let entities = 0;
  for (const siteIds of dashboards) {
    const socket = io(`http://127.0.0.1:${port}`, {
      transports: ["websocket"],
      forceNew: true,
      extraHeaders: { authorization: "Bearer bench" },
    });
    socket.on("sites.changed" satisfies keyof ServerToClientEvents, (deltas: SiteDelta[]) => take(deltas));
    await new Promise((resolve, reject) => {
      socket.once("connect", () => resolve(null));
      socket.once("connect_error", reject);
    });
    const watchSite = async (siteId: string): Promise<number> => {
      const answer: WatchAnswer = await socket.timeout(20_000).emitWithAck("watch", { room: "site", siteId });
      if (!answer.ok || answer.snapshot.room !== "site") throw new Error(`No snapshot: ${JSON.stringify(answer)}`);
      return answer.snapshot.entities.length;
    };
    for (const siteId of siteIds) entities += await watchSite(siteId);
    // Given up for reading too slowly, it begins anew, as a dashboard does.
    socket.on("room.closed" satisfies keyof ServerToClientEvents, ({ room }: RoomClosed) => {
      if (room.room === "site") watchSite(room.siteId).catch(() => {});
    });
  }
  return entities;
}

function take(deltas: readonly SiteDelta[]): void {
  const now = preciseNow();
  for (const { entities } of deltas)
    for (const { since } of entities ?? []) {
      changes += 1;
      if (since !== undefined) delays.push(now - since);
    }
}

async function watchRelay({
  port,
  dashboards,
}: {
  port: number;
  dashboards: readonly (readonly number[])[];
}): Promise<void> {
  await Promise.all(
    dashboards.map(
      (homes) =>
        new Promise((resolve, reject) => {
          const socket = new WebSocket(`ws://127.0.0.1:${port}/?homes=${homes.join(",")}`, {
            perMessageDeflate: false,
          });
          socket.on("open", () => resolve(null));
          socket.on("error", reject);
          socket.on("message", () => {
            relayed += 1;
          });
        }),
    ),
  );
}

/** What was heard since the last time this was asked; delays in milliseconds. */
function heard(): { changes: number; relayed: number; p50: number; p99: number } {
  const sorted = Float64Array.from(delays).sort();
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  const answer = { changes, relayed, p50: at(0.5), p99: at(0.99) };
  delays = [];
  changes = 0;
  relayed = 0;
  return answer;
}

serveWorker({ watchHub, watchRelay, heard, count: () => changes + relayed }, () => {});
