import { createPlainDialer, createTestClock } from "@caretaker/kit";
import { type GatewaySession, type SessionEvent, systemClock } from "@caretaker/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FakeToy, startFakeToy } from "./fake-gateway/index.ts";
import { toy } from "./index.ts";

let fake: FakeToy;
let events: SessionEvent[];
let session: GatewaySession | undefined;

beforeEach(async () => {
  fake = await startFakeToy();
  events = [];
});

afterEach(async () => {
  await session?.close();
  session = undefined;
  await fake.close();
});

async function open(clock = systemClock): Promise<GatewaySession> {
  const log = { debug() {}, info() {}, warn() {} };
  const context = { dialer: createPlainDialer(), clock, log, emit: (event: SessionEvent) => void events.push(event) };
  session = await toy.connect(fake.config, context);
  return session;
}

describe("a session", () => {
  it("tells what changes in the home", async () => {
    await open();

    fake.change("t1", { on: false });

    await expect
      .poll(() => events.at(-1))
      .toMatchObject({ type: "states", full: false, changes: [{ key: "t1", state: "off", available: "online" }] });
  });

  it("counts what it does not understand, and goes on", async () => {
    const { read } = await open().then((opened) => ({ read: opened.read.bind(opened) }));

    for (const line of ["{", "[]", '{"answer":99}', '{"changed":{"id":7}}', "\u0000"]) fake.say(line);

    await expect.poll(() => events.filter(({ type }) => type === "garbage")).toHaveLength(5);
    expect(await read({ capability: "gateway.info", input: {} })).toMatchObject({ version: "1.4.0" });
  });

  it("gives up a gateway that says nothing but nonsense", async () => {
    await open();

    for (let times = 0; times < 200; times += 1) fake.say("nonsense");

    await expect.poll(() => events.at(-1)).toMatchObject({ type: "lost", kind: "misbehaving" });
  });

  it("finds within half a minute that nobody is at the other end any more", async () => {
    const clock = createTestClock();
    await open(clock);
    fake.isSilent = true;

    await clock.forward("25s");

    await expect
      .poll(() => events.at(-1))
      .toMatchObject({ type: "lost", kind: "unreachable", reason: { code: "silent" } });
  });
});
