import type { AddressInfo } from "node:net";
import { createServer, connect as dial } from "node:net";

export interface Front {
  readonly url: string;
  leadTo(port: number): void;
  close(): void;
}

/** An address of this machine that leads to a port of its loopback: what stands behind it can be exchanged. */
export async function openFront(port: number, host = "127.0.0.1"): Promise<Front> {
  let to = port;
  const server = createServer((socket) => {
    const onward = dial(to, "127.0.0.1");
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    leadTo: (next) => {
      to = next;
    },
    close: () => void server.close(),
  };
}
