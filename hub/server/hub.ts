import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock, Secret } from "@caretaker/protocol";
import { createAnnouncements } from "./announcements.ts";
import { explainListenError } from "./boot/port.ts";
import type { Config } from "./config/load-config.ts";
import type { Database } from "./db/database.ts";
import type { Log } from "./log.ts";

export interface HubOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly db: Database;
  /** For rooms that need a connection of another kind: wake-ups, better-auth. */
  readonly databaseUrl: string;
  readonly setupToken: Secret;
  /** The folder of the built dashboard. */
  readonly dashboard: string;
  readonly version: string;
  /** The machine went down under the last hub: what ran is uncertain until a person says go. */
  readonly uncleanStop: boolean;
}

export interface Hub {
  /** Starts the rooms and opens the door. */
  listen(): Promise<{ port: number }>;
  /** Closes the door, then the rooms, the last started first. */
  close(): Promise<void>;
}

/** A part of the hub that has a life. */
interface Room {
  readonly name: string;
  start?(): Promise<void>;
  close?(): Promise<void>;
}

/** Puts the rooms together. What each does is its own business; here stands only who is handed what. */
export function createHub(options: HubOptions): Hub {
  const { config, log, version } = options;
  const announcements = createAnnouncements((error, { type }) =>
    log.error({ error, type }, "Someone who was told failed."),
  );
  const rooms: Room[] = [];
  const server = createServer((request, response) => {
    const isKnown = request.url === "/healthz" || request.url === "/version";
    response.writeHead(isKnown ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify({ name: "caretaker", version }));
  });
  void announcements;

  return {
    async listen() {
      for (const room of rooms) await room.start?.();
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(config.port, config.host, resolve);
      }).catch(async (error: NodeJS.ErrnoException) => {
        throw await explainListenError(error, config.port, config.host);
      });
      return { port: (server.address() as AddressInfo).port };
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      for (const room of rooms.toReversed()) {
        await room
          .close?.()
          .catch((error: unknown) => log.error({ error, room: room.name }, "A room could not be closed."));
      }
    },
  };
}
