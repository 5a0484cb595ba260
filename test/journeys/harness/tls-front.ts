import type { AddressInfo } from "node:net";
import { connect, type Socket } from "node:net";
import { createServer } from "node:tls";
import { HUB_CERTIFICATE } from "@caretaker/kit/certificates.ts";

export interface TlsFront {
  /** As it is typed in the home. */
  readonly url: string;
  /** From now on it leads to this port: to who has taken over the hub's place. */
  lead(port: number): void;
  close(): Promise<void>;
}

/** What stands before a firm's hub and speaks TLS for it, at an address that homes can reach. */
export async function openTlsFront(host: string, port: number): Promise<TlsFront> {
  let behind = port;
  const sockets = new Set<Socket>();
  const server = createServer(HUB_CERTIFICATE, (socket) => {
    const inner = connect(behind, "127.0.0.1");
    for (const [one, other] of [
      [socket, inner],
      [inner, socket],
    ] as const) {
      sockets.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, host, resolve);
  });
  return {
    url: `https://${host}:${(server.address() as AddressInfo).port}`,
    lead(next) {
      behind = next;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
