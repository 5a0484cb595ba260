import { createHash } from "node:crypto";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { systemClock } from "@caretaker/protocol";
import { afterEach, expect, it } from "vitest";
import { createDialer } from "../dialer.ts";

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
