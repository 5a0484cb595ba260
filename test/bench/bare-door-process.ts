import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { preciseNow, serveWorker } from "./worker.ts";

/** A bare `ws` server: whoever comes is let in. */

let server: WebSocketServer;

async function open({ port = 0 }: { port?: number }): Promise<{ port: number; at: number }> {
  server = new WebSocketServer({ port, host: "127.0.0.1", perMessageDeflate: false });
  await new Promise((resolve) => server.once("listening", resolve));
  return { port: (server.address() as AddressInfo).port, at: preciseNow() };
}

serveWorker({ open }, () => {});
