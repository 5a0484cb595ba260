import { X509Certificate } from "node:crypto";
import type { AddressInfo } from "node:net";
import { connect as connectPlain, createServer as createPlainServer, type Server, type Socket } from "node:net";
import { connect as connectTls, createServer as createTlsServer } from "node:tls";
import { FaultyLine } from "@caretaker/kit/faulty-line.ts";
import { systemClock } from "@caretaker/protocol";
import { testCertificate } from "@caretaker/reach/dialer/test-certificate.ts";

/** What is answered in the gateway's place to a request whose first line is `asked`; undefined leaves it to the gateway. */
export type Garble = (asked: string) => Buffer | undefined;

/**
 * Stands before a gateway that speaks HTTP, undoes its TLS, and answers in its place what no gateway answers. What was
 * asked still reaches the gateway, so that an act is done and only its answer is lost.
 */
export class GarblingFront {
  readonly #server: Server;
  readonly #isTls: boolean;
  /** Between who asks and here, and between here and the gateway: on these it is seen whether anything moves. */
  readonly #lines: { readonly near: FaultyLine; readonly far: FaultyLine };
  readonly #near = new Set<Socket>();
  readonly #upgraded = new Set<Socket>();
  /** What goes through here is decrypted, read and encrypted again. */
  readonly quietMilliseconds = 12;
  garble: Garble = () => undefined;

  private constructor(server: Server, isTls: boolean, lines: { near: FaultyLine; far: FaultyLine }) {
    this.#server = server;
    this.#isTls = isTls;
    this.#lines = lines;
    server.on(isTls ? "secureConnection" : "connection", (near: Socket) => this.#join(near));
    server.on("tlsClientError", () => {});
  }

  static async open(to: number, { isTls }: { readonly isTls: boolean }): Promise<GarblingFront> {
    const { cert, key } = testCertificate;
    const server = isTls ? createTlsServer({ cert, key }) : createPlainServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const lines = { near: await FaultyLine.open(port, systemClock), far: await FaultyLine.open(to, systemClock) };
    return new GarblingFront(server, isTls, lines);
  }

  get port(): number {
    return this.#lines.near.port;
  }

  /** Bytes that went through, so that it can be told when nothing moves any more. */
  get moved(): number {
    return this.#lines.near.moved + this.#lines.far.moved;
  }

  get fingerprint(): string {
    return new X509Certificate(testCertificate.cert).fingerprint256;
  }

  /** Lines that are open still, once those that are closing had a moment for it. */
  stillOpen(): Promise<number> {
    return this.#lines.near.stillOpen();
  }

  /** Says something on every WebSocket that is open, as if the gateway had. */
  inject(bytes: Buffer): void {
    for (const near of this.#upgraded) if (near.writable) near.write(bytes);
  }

  async close(): Promise<void> {
    for (const near of this.#near) near.destroy();
    await this.#lines.near.close();
    await this.#lines.far.close();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(near: Socket): void {
    const to = { port: this.#lines.far.port, host: "127.0.0.1" };
    const far = this.#isTls ? connectTls({ ...to, rejectUnauthorized: false }) : connectPlain(to);
    this.#near.add(near);
    let garbled: Buffer | undefined;
    near.on("data", (bytes: Buffer) => {
      // A line that is kept carries one question after another.
      const head = this.#upgraded.has(near) ? "" : bytes.toString("latin1");
      const asked = /^[A-Z]+ \S+ HTTP\/1\.1(?=\r\n)/.exec(head)?.[0];
      if (asked !== undefined) garbled = this.garble(asked);
      if (/\r\nupgrade: websocket/i.test(head)) this.#upgraded.add(near);
      far.write(bytes);
    });
    far.on("data", (bytes: Buffer) => {
      if (garbled === undefined) near.write(bytes);
      else if (near.writable) near.end(garbled);
    });
    near.on("end", () => far.end());
    far.on("end", () => near.end());
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on("error", () => {});
      one.on("close", () => {
        this.#near.delete(near);
        this.#upgraded.delete(near);
        other.destroy();
      });
    }
  }
}
