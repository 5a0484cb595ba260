import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { logIn } from "./bare-client.ts";
import type { FleetHome } from "./fleet-process.ts";
import { cpuMicroseconds, serveWorker } from "./worker.ts";

/** The baseline: a bare relay with `ws`. Frames are not parsed, and each is sent once to each who watches that home. */

const watchers = new Map<number, Set<WebSocket>>();

async function open({ homes }: { homes: readonly FleetHome[] }): Promise<number> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
  server.on("connection", (socket, request) => {
    const wanted = new URL(request.url ?? "", "ws://relay").searchParams.get("homes") ?? "";
    for (const home of wanted.split(",").map(Number)) watchers.get(home)?.add(socket);
  });
  await new Promise((resolve) => server.once("listening", resolve));
  await Promise.all(
    homes.map(async (home, index) => {
      const mine = new Set<WebSocket>();
      watchers.set(index, mine);
      const socket = await logIn(home);
      socket.on("message", (data: Buffer, isBinary: boolean) => {
        for (const watcher of mine) watcher.send(data, { binary: isBinary });
      });
    }),
  );
  return (server.address() as AddressInfo).port;
}

serveWorker({ open, cpu: cpuMicroseconds }, () => {});
