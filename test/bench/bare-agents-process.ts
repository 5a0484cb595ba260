import { createBackoff } from "@caretaker/reach/backoff.ts";
import { WebSocket } from "ws";
import { preciseNow, serveWorker } from "./worker.ts";

/** Bare `ws` clients that come back with the same patience as agents do, and say nothing. */

const LONGEST_WAIT = 60_000;
const open = new Set<number>();
let count = 0;
let isOver = false;

async function live(index: number, url: string): Promise<void> {
  const backoff = createBackoff(Math.random, LONGEST_WAIT);
  while (!isOver) {
    const began = performance.now();
    await new Promise<void>((resolve) => {
      const socket = new WebSocket(url, { perMessageDeflate: false });
      socket.on("open", () => open.add(index));
      socket.on("error", () => {});
      socket.on("close", () => {
        open.delete(index);
        resolve();
      });
    });
    await new Promise((resolve) => setTimeout(resolve, backoff.next(performance.now() - began)));
  }
}

function begin({ url, clients }: { url: string; clients: number }): void {
  count = clients;
  for (let index = 0; index < clients; index += 1) void live(index, url);
}

async function whenAllOpen(): Promise<number> {
  while (open.size < count) await new Promise((resolve) => setTimeout(resolve, 5));
  return preciseNow();
}

async function whenAllLost(): Promise<void> {
  while (open.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
}

serveWorker({ begin, whenAllOpen, whenAllLost }, () => {
  isOver = true;
});
