import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type AgentHello,
  AgentHello as AgentHelloShape,
  HubFirst,
  type HubProof,
  systemClock,
} from "@caretaker/protocol";
import {
  isSignedBy,
  lookupOf,
  makeKey,
  newCode,
  newNonce,
  openKey,
  proveCode,
  wordsToSign,
} from "@caretaker/reach/agent-proof.ts";
import { Turns } from "@caretaker/reach/turns.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { type Admitted, openAgentDoor } from "./door.ts";

const hubKey = openKey(makeKey());
const known = openKey(makeKey());
const code = newCode();
const welcome = {
  kind: "welcome",
  firm: { name: "Firm", phone: null },
  home: "Home",
  siteId: "01890000-0000-7000-8000-000000000001",
  language: "en",
  isConfirmed: true,
};

let server: Server;
let door: { close(): Promise<void> };
let opened: Admitted<string>[];
let lookedUp: number;
const sockets: WebSocket[] = [];

beforeEach(async () => {
  opened = [];
  lookedUp = 0;
  server = createServer();
  door = openAgentDoor<string>({
    server,
    key: hubKey,
    clock: systemClock,
    log: { info() {}, warn() {} },
    findCode: async (lookup) => {
      lookedUp += 1;
      return lookup === lookupOf(code) ? code : null;
    },
    findAgent: async (key) => (key === known.publicKey ? "known" : null),
    admit: async () => welcome as never,
    opened: (admitted) => opened.push(admitted),
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  await door.close();
  await new Promise((resolve) => server.close(resolve));
});

async function knock(): Promise<Turns> {
  const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/agent`);
  sockets.push(socket);
  const turns = new Turns(socket, systemClock);
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  return turns;
}

interface Knocking {
  readonly key?: typeof known;
  /** Signs and proves with these in place of its own. */
  readonly signs?: (words: string) => string;
  readonly code?: string;
  readonly change?: (hello: AgentHello) => AgentHello;
}

/** All that is said to somebody who knocks, as `kind` or `refused why`, and the raw first answer. */
async function exchange({ key = known, signs = key.sign, code, change = (hello) => hello }: Knocking) {
  const turns = await knock();
  const hello = change({
    kind: "hello",
    protocol: 1,
    version: "0.1.0",
    key: key.publicKey,
    nonce: newNonce(),
    ...(code === undefined ? {} : { lookup: lookupOf(code) }),
  });
  turns.say(hello);
  const first = await turns.next(HubFirst, 5);
  if (first.kind !== "proof") return { first, last: first, hello };
  const ours = wordsToSign("agent", hello, first);
  turns.say({ kind: "proof", signature: signs(ours), ...(code === undefined ? {} : { code: proveCode(code, ours) }) });
  return { first, last: await turns.next(HubFirst, 5), hello };
}

describe("the door for agents", () => {
  it("lets in a key that it knows, after it has proved its own", async () => {
    const { first, last, hello } = await exchange({});

    expect(first).toMatchObject({ kind: "proof", key: hubKey.publicKey });
    const { nonce, signature } = first as HubProof;
    expect(isSignedBy(hubKey.publicKey, wordsToSign("hub", hello, { key: hubKey.publicKey, nonce }), signature)).toBe(
      true,
    );
    expect(last).toEqual(welcome);
    await expect.poll(() => opened).toMatchObject([{ agent: "known" }]);
  });

  it("lets in a new key that knows the code", async () => {
    const { last } = await exchange({ key: openKey(makeKey()), code });

    expect(last).toEqual(welcome);
  });

  it.each<[string, Knocking]>([
    ["a key that nobody paired", { key: openKey(makeKey()) }],
    ["a known key that somebody else signs for", { signs: openKey(makeKey()).sign }],
    ["a known key with a signature of nothing", { signs: () => "A".repeat(86) }],
    ["a code that does not exist", { key: openKey(makeKey()), code: newCode() }],
    ["a known key with a code that does not exist", { code: newCode() }],
  ])("says the same to %s", async (_who, knocking) => {
    const { first, last } = await exchange(knocking);

    expect(first.kind).toBe("proof");
    expect(last).toMatchObject({ kind: "refused", why: "not_known" });
    expect(opened).toEqual([]);
  });

  it("answers a code that exists as one that does not: as long, and with a proof of something", async () => {
    const real = await exchange({ key: openKey(makeKey()), code });
    const guessed = await exchange({ key: openKey(makeKey()), code: newCode() });

    expect(Object.keys(guessed.first)).toEqual(Object.keys(real.first));
    expect(JSON.stringify(guessed.first)).toHaveLength(JSON.stringify(real.first).length);
  });

  it("looks up no more than thirty codes from one address, also of who hangs up before the end, and lets agents in all the same", async () => {
    for (let tried = 0; tried < 30; tried += 1) {
      const turns = await knock();
      const hello = { kind: "hello", protocol: 1, version: "0.1.0", key: known.publicKey, nonce: newNonce() };
      turns.say({ ...hello, lookup: lookupOf(newCode()) });
      await turns.next(HubFirst, 5);
      sockets.at(-1)?.terminate();
    }
    const { first } = await exchange({ key: openKey(makeKey()), code });

    expect(first).toMatchObject({
      kind: "refused",
      why: "busy",
      message: expect.stringContaining("quarter of an hour"),
    });
    expect(lookedUp).toBe(30);
    expect((await exchange({})).last).toEqual(welcome);
  });

  it("tells an agent that is too old what to do, and asks it nothing", async () => {
    const { first } = await exchange({ change: (hello) => ({ ...hello, protocol: 0 }) });

    expect(first).toMatchObject({
      kind: "refused",
      why: "too_old",
      message: expect.stringContaining("Update the agent"),
    });
    expect(opened).toEqual([]);
  });

  it.each([
    ["words that are no JSON", "hello"],
    ["another message", JSON.stringify({ kind: "proof", signature: "A".repeat(86) })],
    ["a hello with more in it", JSON.stringify({ kind: "hello", protocol: 1, more: true })],
    ["a very long hello", JSON.stringify({ kind: "hello", version: "x".repeat(10_000) })],
  ])("closes the line on %s", async (_what, words) => {
    const turns = await knock();
    sockets.at(-1)?.send(words);

    await expect(turns.next(AgentHelloShape, 5)).rejects.toMatchObject({ code: "gateway_lost" });
  });
});
