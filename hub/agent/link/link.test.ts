import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { GatewayId } from "@caretaker/protocol";
import { makeKey, newCode, newNonce, openKey, wordsToSign } from "@caretaker/reach/agent-proof.ts";
import { testCertificate } from "@caretaker/reach/dialer/test-certificate.ts";
import { afterEach, describe, expect, it } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { ALLOWS_ALL, openTestLine, WELCOME } from "../test-helpers.ts";

const GATEWAY = "01890000-0000-7000-8000-000000000003" as GatewayId;
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function open(...options: Parameters<typeof openTestLine>) {
  const line = await openTestLine(...options);
  closing.push(() => line.close());
  return line;
}

describe("the line to the hub", () => {
  it("is opened again after it was lost, and what was asked meanwhile is told apart from what was never sent", async () => {
    const never = new Promise<void>(() => {});
    const line = await open({ guard: { ...ALLOWS_ALL, permitOpen: () => {} }, connectors: [slow(never)] });
    line.link.start(line.hub, () => ({ key: line.hubKey.publicKey }));
    await expect.poll(() => line.atHub()).not.toBeNull();
    const first = line.atHub();

    const asked = first?.ask({ what: "open", gatewayId: GATEWAY, connector: "slow", config: {} });
    first?.cut();

    await expect(asked).rejects.toMatchObject({ code: "gateway_lost" });
    await expect(first?.ask({ what: "close", gatewayId: GATEWAY })).rejects.toMatchObject({
      code: "gateway_unreachable",
      meta: { isSent: false },
    });
    await expect.poll(() => line.atHub()).not.toBeNull();
    expect(line.atHub()).not.toBe(first);
    expect(line.troubles).toMatchObject([{ code: "unreachable" }]);
  });

  it("says what its home allows with each new line", async () => {
    const line = await open();
    line.link.start(line.hub, () => ({ key: line.hubKey.publicKey }));

    await expect.poll(() => line.news).toEqual([{ kind: "policy", policy: ALLOWS_ALL.policy() }]);
  });

  it("is cut by the hub when it says what nobody understands, again and again", async () => {
    const line = await open();
    line.link.start(line.hub, () => ({ key: line.hubKey.publicKey }));
    await expect.poll(() => line.atHub()).not.toBeNull();
    const first = line.atHub();

    for (let count = 0; count < 20; count += 1) line.link.say({ kind: "nonsense" } as never);

    await expect.poll(() => first?.isOver).toBe(true);
  });
});

/** All that an agent says to whoever answers at its hub's address; `answer` is what that one says to a hello. */
async function heardBy(
  server: Server,
  answer: (hello: { nonce: string }) => object | null,
): Promise<{ port: number; heard: string[]; bytes: () => number }> {
  const heard: string[] = [];
  const sockets: Socket[] = [];
  server.on("connection", (socket: Socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
  });
  const line = new WebSocketServer({ server });
  line.on("connection", (socket: WebSocket) => {
    socket.on("message", (data) => {
      heard.push(String(data));
      const said = answer(JSON.parse(String(data)));
      if (said !== null) socket.send(JSON.stringify(said));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(async () => {
    for (const client of line.clients) client.terminate();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const bytes = (): number => sockets.reduce((sum, { bytesRead }) => sum + bytesRead, 0);
  return { port: (server.address() as AddressInfo).port, heard, bytes };
}

const KINDS = (heard: readonly string[]): unknown[] => heard.map((text) => JSON.parse(text).kind);

describe("somebody who is not the hub", () => {
  const impostor = openKey(makeKey());

  it.each<[string, (hello: { nonce: string }, pinned: string) => object]>([
    [
      "with a key of his own",
      (hello) => {
        const proof = { key: impostor.publicKey, nonce: newNonce() };
        return { kind: "proof", ...proof, signature: impostor.sign(wordsToSign("hub", hello as never, proof)) };
      },
    ],
    [
      "with the hub's public key and a signature of his own",
      (hello, pinned) => {
        const proof = { key: pinned, nonce: newNonce() };
        return { kind: "proof", ...proof, signature: impostor.sign(wordsToSign("hub", hello as never, proof)) };
      },
    ],
    ["who welcomes without any proof", () => WELCOME],
    ["who asks at once", () => ({ kind: "ask", id: 1, ask: { what: "close", gatewayId: GATEWAY } })],
  ])("%s hears a hello and nothing more", async (_who, answer) => {
    const line = await open();
    const { port, heard } = await heardBy(createHttpServer(), (hello) => answer(hello, line.hubKey.publicKey));

    line.link.start(`http://127.0.0.1:${port}`, () => ({ key: line.hubKey.publicKey }));

    await expect.poll(() => line.troubles.length).toBeGreaterThan(0);
    expect(new Set(KINDS(heard))).toEqual(new Set(["hello"]));
    expect(heard.join()).not.toMatch(/policy|Home|192\./);
  });

  it("who does not know the code is told no more than its digest", async () => {
    const code = newCode();
    const line = await open();
    const { port, heard } = await heardBy(createHttpServer(), (hello) => {
      const proof = { key: impostor.publicKey, nonce: newNonce() };
      const signature = impostor.sign(wordsToSign("hub", hello as never, proof));
      return { kind: "proof", ...proof, signature, code: newNonce() };
    });

    await expect(line.link.pair(`http://127.0.0.1:${port}`, code)).rejects.toMatchObject({ code: "target_refused" });
    expect(KINDS(heard)).toEqual(["hello"]);
    for (const letters of code.split("-"))
      expect(heard.join()).not.toContain(letters.length === 4 ? `${letters}-` : code);
  });

  it("whose certificate nobody vouches for hears not a byte of a message", async () => {
    const { key, cert } = testCertificate;
    const line = await open();
    const { port, heard } = await heardBy(createHttpsServer({ key, cert }), () => null);

    line.link.start(`https://127.0.0.1:${port}`, () => ({ key: line.hubKey.publicKey }));

    await expect.poll(() => line.troubles).toMatchObject([{ code: "unreachable" }]);
    expect(line.troubles[0]?.message).toMatch(/certificate/);
    expect(heard).toEqual([]);
  });
});

function slow(until: Promise<void>) {
  return {
    manifest: {
      id: "slow",
      name: "Slow",
      config: { safeParse: () => ({ success: true, data: {} }) },
      secrets: [],
      capabilities: {},
    },
    target: () => ({ host: "127.0.0.1", port: 1, tls: false }),
    connect: () => until,
    test: async function* () {},
  } as never;
}
