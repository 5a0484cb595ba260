import type { SiteId, WatchAnswer } from "@caretaker/protocol";
import { io, type Socket } from "socket.io-client";

const AT_ONCE = 50;

/** Many sockets that watch one home, and when each of them heard the last of it. */
export interface Watchers {
  readonly count: number;
  changes(): number;
  /** How many have heard a change. */
  heard(): number;
  /** How many have ended: the socket was closed, or the home's room was. */
  ended(): number;
  /** When the last of those ended. */
  lastEnd(): number;
  changesAfterEnd(): number;
  readonly sockets: readonly Socket[];
}

interface Ear {
  changes: number;
  after: number;
  endedAt: number | null;
}

export async function openWatchers(
  url: string,
  siteId: SiteId,
  headers: Readonly<Record<string, string>>,
  count: number,
): Promise<Watchers> {
  const ears: Ear[] = [];
  const sockets: Socket[] = [];
  for (let made = 0; made < count; made += AT_ONCE) {
    const next = Array.from({ length: Math.min(AT_ONCE, count - made) }, async () => {
      const ear: Ear = { changes: 0, after: 0, endedAt: null };
      ears.push(ear);
      sockets.push(await open(url, siteId, headers, ear));
    });
    await Promise.all(next);
  }
  const sum = (of: (ear: Ear) => number): number => ears.reduce((total, ear) => total + of(ear), 0);
  return {
    count,
    sockets,
    changes: () => sum((ear) => ear.changes),
    heard: () => sum((ear) => Math.min(1, ear.changes)),
    ended: () => sum((ear) => (ear.endedAt === null ? 0 : 1)),
    lastEnd: () => Math.max(...ears.map(({ endedAt }) => endedAt ?? Number.POSITIVE_INFINITY)),
    changesAfterEnd: () => sum((ear) => ear.after),
  };
}

async function open(url: string, siteId: SiteId, headers: Readonly<Record<string, string>>, ear: Ear): Promise<Socket> {
  const socket = io(url, {
    transports: ["websocket"],
    reconnection: false,
    forceNew: true,
    extraHeaders: { origin: url, ...headers },
  });
  const end = (): void => {
    ear.endedAt ??= performance.now();
  };
  socket.on("sites.changed", () => {
    if (ear.endedAt === null) ear.changes += 1;
    else ear.after += 1;
  });
  socket.on("disconnect", end);
  socket.on("room.closed", end);
  await new Promise((resolve, reject) => {
    socket.once("connect", () => resolve(null));
    socket.once("connect_error", reject);
  });
  const answer: WatchAnswer = await socket.timeout(30_000).emitWithAck("watch", { room: "site", siteId });
  if (!answer.ok) throw new Error(`Not let in: ${JSON.stringify(answer)}`);
  return socket;
}

export async function closeAll(all: readonly Watchers[]): Promise<void> {
  for (const { sockets } of all) for (const socket of sockets) socket.disconnect();
}
