import { createHash } from "node:crypto";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { systemClock } from "@caretaker/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { createDialer } from "../dialer.ts";
import { offerMaskedFrames } from "./whole-frames.ts";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A WebSocket whose other end writes the bytes that a test gives it. */
async function openRaw() {
  const server = createServer();
  const connected = new Promise<Socket>((resolve) => server.once("connection", resolve));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const dialer = createDialer({ allow: [{ host: "127.0.0.1", port, tls: false }], clock: systemClock });
  const opening = dialer.webSocket({ url: `ws://127.0.0.1:${port}/` });
  const peer = await connected;
  peer.on("error", () => {});
  const request = String(await new Promise<Buffer>((resolve) => peer.once("data", resolve)));
  const key = /sec-websocket-key: (\S+)/i.exec(request)?.[1] ?? "";
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  peer.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  peer.setNoDelay(true);
  const socket = await opening;
  closing.push(() => {
    socket.terminate();
    peer.destroy();
    server.close();
  });
  return { socket, peer };
}

function frame(text: string, first = 0x81): Buffer {
  const body = Buffer.from(text);
  const head = body.length < 126 ? [body.length] : [126, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([first, ...head]), body]);
}

/** What was heard, in order: what the offer took is marked. */
async function hear(pieces: readonly Buffer[], count: number, isTaken: (text: string) => boolean): Promise<string[]> {
  const { socket, peer } = await openRaw();
  const heard: string[] = [];
  socket.on("message", (data) => heard.push(String(data)));
  socket.offer?.((bytes, from, to) => {
    const text = bytes.toString("utf8", from, to);
    if (isTaken(text)) heard.push(`taken ${text}`);
    return isTaken(text);
  });
  for (const piece of pieces) {
    peer.write(piece);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  await expect.poll(() => heard.length).toBe(count);
  return heard;
}

const LONG = "x".repeat(300);

it("offers what came whole, several at a time too, and leaves the rest to ws in order", async () => {
  const all = ["a", LONG, "not this", "b"].map((text) => frame(text));

  const heard = await hear([Buffer.concat(all), frame("c")], 5, (text) => text !== "not this");

  // What comes behind one that is not taken goes to ws with it: nothing overtakes it.
  expect(heard).toEqual(["taken a", `taken ${LONG}`, "not this", "b", "taken c"]);
});

it("loses and doubles nothing wherever the bytes are cut", async () => {
  const bytes = Buffer.concat([frame("first"), frame(LONG), frame("last")]);
  for (const cut of [1, 2, 6, 7, 8, 9, 10, 11, 150, 310, 311, 312, 313, bytes.length - 1]) {
    const heard = await hear([bytes.subarray(0, cut), bytes.subarray(cut), frame("after")], 4, () => true);

    expect(heard.map((text) => text.replace("taken ", ""))).toEqual(["first", LONG, "last", "after"]);
    expect(heard.at(-1)).toBe("taken after");
  }
});

it("offers nothing between the fragments of a message", async () => {
  const pieces = [frame("one ", 0x01), frame("", 0x89), frame("message", 0x80), frame("next")];

  expect(await hear(pieces, 2, () => true)).toEqual(["one message", "taken next"]);
});

it("leaves a text that comes in the middle of another to ws, which refuses it", async () => {
  const { socket, peer } = await openRaw();
  const heard: string[] = [];
  socket.offer?.((bytes, from, to) => heard.push(bytes.toString("utf8", from, to)) > 0);
  const mistake = new Promise<Error>((resolve) => socket.on("error", resolve));

  peer.write(frame("one ", 0x01));
  await new Promise((resolve) => setTimeout(resolve, 25));
  peer.write(Buffer.concat([frame("forbidden"), frame("after it")]));

  expect(await mistake).toMatchObject({ code: "WS_ERR_INVALID_OPCODE" });
  expect(heard).toEqual([]);
});

describe("at a server", () => {
  /** A WebSocket that a server accepted, and the raw other end of it. */
  async function acceptRaw() {
    const server = createHttpServer();
    const sockets = new WebSocketServer({ noServer: true });
    const accepted = new Promise<{ line: WebSocket; socket: Socket }>((resolve) => {
      server.on("upgrade", (request, socket, head) =>
        sockets.handleUpgrade(request, socket, head, (line) => resolve({ line, socket: request.socket })),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const peer = connect((server.address() as AddressInfo).port, "127.0.0.1");
    peer.setNoDelay(true);
    peer.write(
      "GET / HTTP/1.1\r\nHost: hub\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    closing.push(() => {
      peer.destroy();
      server.close();
    });
    return { peer, ...(await accepted) };
  }

  function masked(text: string): Buffer {
    const bytes = frame(text);
    const from = bytes.length - Buffer.byteLength(text);
    bytes[1] = (bytes[1] as number) | 0x80;
    const mask = Buffer.from([0x12, 0xff, 0x00, 0x7a]);
    const body = bytes.subarray(from).map((byte, index) => byte ^ (mask[index & 3] as number));
    return Buffer.concat([bytes.subarray(0, from), mask, body]);
  }

  async function hearMasked(pieces: readonly Buffer[], count: number, isTaken: (text: string) => boolean) {
    const { line, socket, peer } = await acceptRaw();
    const heard: string[] = [];
    line.on("message", (data) => heard.push(String(data)));
    const offer = offerMaskedFrames(line, socket);
    offer?.((bytes, from, to) => {
      const text = bytes.toString("utf8", from, to);
      if (isTaken(text)) heard.push(`taken ${text}`);
      return isTaken(text);
    });
    for (const piece of pieces) {
      peer.write(piece);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    await expect.poll(() => heard.length).toBe(count);
    return { heard, line, peer };
  }

  it("takes the mask off what came whole, and puts it on again for ws", async () => {
    const all = ["a", LONG, "not this: ä", "b"].map(masked);

    const { heard } = await hearMasked([Buffer.concat(all), masked("c")], 5, (text) => !text.startsWith("not this"));

    expect(heard).toEqual(["taken a", `taken ${LONG}`, "not this: ä", "b", "taken c"]);
  });

  it("loses and doubles nothing wherever the bytes are cut", async () => {
    const bytes = Buffer.concat([masked("first"), masked(LONG), masked("last")]);
    for (const cut of [1, 2, 5, 6, 10, 11, 12, 13, 15, 19, 150, 318, 319, 320, 325, bytes.length - 1]) {
      const pieces = [bytes.subarray(0, cut), bytes.subarray(cut), masked("after")];
      const { heard } = await hearMasked(pieces, 4, () => true);

      expect(heard.map((text) => text.replace("taken ", ""))).toEqual(["first", LONG, "last", "after"]);
      expect(heard.at(-1)).toBe("taken after");
    }
  });

  it("leaves what has no mask to ws, which refuses it", async () => {
    const { line, socket, peer } = await acceptRaw();
    const heard: string[] = [];
    offerMaskedFrames(line, socket)?.((bytes, from, to) => heard.push(bytes.toString("utf8", from, to)) > 0);
    const mistake = new Promise<Error>((resolve) => line.on("error", resolve));

    peer.write(frame("bare"));

    expect(await mistake).toMatchObject({ code: "WS_ERR_EXPECTED_MASK" });
    expect(heard).toEqual([]);
  });

  it("still answers pings, and hears the other side go", async () => {
    const { heard, line, peer } = await hearMasked([masked("a"), Buffer.from([0x89, 0x80, 1, 2, 3, 4])], 1, () => true);
    expect(heard).toEqual(["taken a"]);
    const closed = new Promise<void>((resolve) => line.on("close", () => resolve()));

    peer.end();

    await closed;
    expect(line.readyState).toBe(WebSocket.CLOSED);
  });
});
