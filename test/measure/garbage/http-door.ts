import { type AddressInfo, createServer, type Server } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { CaretakerError, systemClock } from "@caretaker/protocol";
import { createDialer } from "@caretaker/reach/dialer.ts";
import type { Figure } from "../measurement.ts";
import type { Random } from "../random.ts";
import { drawAnswer } from "./answers.ts";
import { figuresOf, measured, newTally } from "./tally.ts";

const MOST_BYTES = 100_000;

/** The hub's dialer asks over HTTP, and what comes is not always HTTP. */
export async function sayOverHttp(random: Random, wanted: number): Promise<Figure[]> {
  const tally = newTally();
  let bytes = Buffer.alloc(0);
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.end(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const dialer = createDialer({ allow: [{ host: "127.0.0.1", port, tls: false }], clock: systemClock });
  while (tally.said < wanted) {
    const drawn = drawAnswer(random);
    bytes = Buffer.from(drawn.bytes);
    await measured(tally, drawn.kind, async () => {
      const asked = dialer.http({
        url: `http://127.0.0.1:${port}/api/`,
        method: "GET",
        timeoutSeconds: 5,
        maxBytes: MOST_BYTES,
      });
      const met = await asked.catch((error: unknown) => error);
      if (met instanceof CaretakerError || (met as { status?: unknown }).status !== undefined) tally.followed += 1;
    });
  }
  tally.lines = await stillOpen(server);
  await new Promise((resolve) => server.close(resolve));
  return [
    ...figuresOf("http", tally, wanted),
    { name: "  answers taken, and errors that say why", value: tally.followed, unit: "", promise: { atLeast: wanted } },
  ];
}

const CLOSES_WITHIN_MILLISECONDS = 2000;

/** The other end hears a moment later that the last line was closed: what is open after two seconds stays open. */
async function stillOpen(server: Server): Promise<number> {
  const began = performance.now();
  for (;;) {
    const count = await new Promise<number>((resolve, reject) =>
      server.getConnections((error, open) => (error === null ? resolve(open) : reject(error))),
    );
    if (count === 0 || performance.now() - began > CLOSES_WITHIN_MILLISECONDS) return count;
    await wait(20);
  }
}
