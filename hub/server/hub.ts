import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock, Secret } from "@caretaker/protocol";
import { explainListenError } from "./boot/port.ts";
import type { Config } from "./config/load-config.ts";
import type { Database } from "./db/database.ts";
import type { Log } from "./log.ts";
import { makeRooms, type Room, type Rooms } from "./rooms.ts";

export interface HubOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly db: Database;
  /** For rooms that need a connection of another kind: wake-ups. */
  readonly databaseUrl: string;
  readonly setupToken: Secret;
  /** The folder of the built dashboard. */
  readonly dashboard: string;
  /** The project's own folder: where the runbooks of the stock lie. */
  readonly root: string;
  readonly version: string;
  /** The machine went down under the last hub: what ran is uncertain until a person says go. */
  readonly uncleanStop: boolean;
}

export interface Hub {
  /** Opens the door, which answers "starting" until the rooms are open too. */
  listen(): Promise<{ port: number; url: string }>;
  /** A link that signs in once, where this hub is a demo; with `become` an empty hub becomes one. */
  signInLink(options: { become: boolean }): Promise<string | null>;
  /** Closes the door, then the rooms, the last started first. */
  close(): Promise<void>;
}

/** How long requests that are being answered may take to end, once nobody new is let in. */
const FINISH_REQUESTS_MILLISECONDS = 5000;

/** The hub's own life: what is opened in which order, and closed in the other. Who is handed what stands in rooms.ts. */
export function createHub(options: HubOptions): Hub {
  const { config, log } = options;
  const server = createServer((request, response) => answer(request, response));
  let answer: (request: IncomingMessage, response: ServerResponse) => void = notYet;
  let rooms: Rooms | null = null;
  const started: Room[] = [];

  return {
    async listen() {
      const port = await listen(server, config);
      const url = config.publicUrl ?? `http://localhost:${port}`;
      rooms = await makeRooms(options, { server, port, url });
      for (const room of rooms.rooms) {
        started.push(room);
        await room.start?.();
      }
      answer = rooms.http.app;
      return { port, url };
    },
    signInLink: async ({ become }) => rooms?.signInLink(become) ?? null,
    async close() {
      rooms?.http.drain();
      await rooms?.live.close();
      await closeServer(server);
      for (const room of started.splice(0).reverse()) {
        try {
          await room.close?.();
        } catch (error) {
          log.error({ error, room: room.name }, "A room could not be closed in good order.");
        }
      }
    },
  };
}

async function listen(server: Server, { port, host }: Config): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  }).catch(async (error: NodeJS.ErrnoException) => {
    throw await explainListenError(error, port, host);
  });
  return (server.address() as AddressInfo).port;
}

/** Lets nobody new in; what is being answered may end, and what takes too long is cut. */
async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), FINISH_REQUESTS_MILLISECONDS);
  await closed;
  clearTimeout(cut);
}

/** While the rooms are being opened: alive, and asking for a moment. */
function notYet(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(503, { "content-type": "text/plain; charset=utf-8", "retry-after": "1" });
  response.end("Caretaker is starting. Try again in a moment.\n");
}
