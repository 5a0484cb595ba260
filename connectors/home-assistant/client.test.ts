import { setTimeout as wait } from "node:timers/promises";
import { createPlainDialer, createTestClock } from "@caretaker/kit";
import { CaretakerError, type Clock, Secret, systemClock } from "@caretaker/protocol";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Address, parseAddress } from "./address.ts";
import type { Loss } from "./client/loss.ts";
import { CommandRefused, HomeAssistantClient } from "./client.ts";
import { type FakeHomeAssistant, type Knobs, startFakeHomeAssistant } from "./fake-gateway/index.ts";

let fake: FakeHomeAssistant;
let losses: Loss[];

beforeEach(async () => {
  fake = await startFakeHomeAssistant();
  losses = [];
});

afterEach(() => fake.close());

function open(token = fake.token, clock: Clock = systemClock): Promise<HomeAssistantClient> {
  return HomeAssistantClient.open({
    dialer: createPlainDialer(),
    clock,
    address: parseAddress(fake.url) as Address,
    token: new Secret(token),
    onLost: (loss) => losses.push(loss),
    onGarbage: () => {},
  });
}

const errorOf = (work: Promise<unknown>): Promise<CaretakerError> =>
  work.then(
    () => {
      throw new Error("It went well");
    },
    (error: CaretakerError) => error,
  );

describe("logging in", () => {
  it("works, and says the version", async () => {
    const client = await open();

    expect(client.version).toBe("2026.11.0");
    expect(await client.ask({ type: "ping" })).toBeUndefined();
    client.close();
  });

  const cases: [string, Partial<Knobs>, string, RegExp][] = [
    ["a ban", { isBanned: true }, "gateway_auth_failed", /banned.*ip_bans\.yaml/],
    ["a proxy that is not trusted", { isBehindUntrustedProxy: true }, "gateway_misbehaving", /trusted_proxies/],
    ["another program", { isSomethingElse: true }, "gateway_unsupported", /not a Home Assistant/],
    ["a redirect", { redirectTo: "https://elsewhere.example" }, "gateway_unsupported", /another address/],
    [
      "a proxy that drops what it accepted",
      { dropsAfterAccepting: true },
      "gateway_unreachable",
      /closed the connection/,
    ],
  ];
  it.each(cases)("meets %s and says so", async (_what, knobs, code, message) => {
    Object.assign(fake.knobs, knobs);

    const error = await errorOf(open());

    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(losses).toEqual([]);
  });

  it("is refused with a wrong token, with what Home Assistant said of it", async () => {
    const error = await errorOf(open("another-token-than-the-right-one"));

    expect(error.code).toBe("gateway_auth_failed");
    expect(error.message).toContain("Invalid access token or password");
    expect(error.message).not.toContain("another-token");
    expect(fake.counters.loginsRefused).toBe(1);
  });

  it("gives up when Home Assistant takes the token and says nothing for 30 seconds", async () => {
    fake.knobs.neverAnswersLogin = true;
    fake.knobs.loginSeconds = 60;
    const clock = createTestClock();
    const opening = errorOf(open(fake.token, clock));
    await expect.poll(() => clock.pending()).toBe(1);

    await clock.forward("30s");

    expect(await opening).toMatchObject({ code: "gateway_timeout", message: expect.stringContaining("30 s") });
    expect(clock.pending()).toBe(0);
  });

  it("waits for a slow one", async () => {
    fake.knobs.greetingDelayMilliseconds = 150;
    fake.knobs.loginDelayMilliseconds = 150;

    const client = await open();

    expect(client.isOpen).toBe(true);
    client.close();
  });

  it("can be called off", async () => {
    fake.knobs.neverAnswersLogin = true;
    const controller = new AbortController();
    const opening = HomeAssistantClient.open({
      dialer: createPlainDialer(),
      clock: systemClock,
      address: parseAddress(fake.url) as Address,
      token: new Secret(fake.token),
      signal: controller.signal,
      onLost: () => {},
      onGarbage: () => {},
    });
    await expect.poll(() => fake.counters.sockets).toBe(1);
    controller.abort(new CaretakerError("shutting_down", "Enough."));

    expect(await errorOf(opening)).toMatchObject({ code: "shutting_down" });
  });
});

describe("asking", () => {
  it.each([
    ["a command that nobody knows", "no/such/thing", "unknown_command"],
    ["one that is refused", "recorder/info", "unauthorized"],
    ["one that fails", "repairs/list_issues", "home_assistant_error"],
  ])("%s is answered with Home Assistant's own word", async (_what, type, code) => {
    fake.knobs.refusedCommands.add("recorder/info");
    fake.knobs.errors.set("repairs/list_issues", { code: "home_assistant_error", message: "The database is locked" });
    const client = await open();

    const error = await errorOf(client.ask({ type }));

    expect(error).toBeInstanceOf(CommandRefused);
    expect(error).toMatchObject({ code });
    expect(client.isOpen).toBe(true);
    client.close();
  });

  it("ends in time when no answer comes, and the connection lives", async () => {
    fake.knobs.silentCommands.add("backup/info");
    const clock = createTestClock();
    const client = await open(fake.token, clock);
    const asking = errorOf(client.ask({ type: "backup/info" }, 5));
    await wait(20);

    await clock.forward("5s");

    expect(await asking).toMatchObject({ code: "gateway_timeout", message: expect.stringContaining("backup/info") });
    expect(await client.ask({ type: "get_config" })).toMatchObject({ version: "2026.11.0" });
    client.close();
  });

  it("is told that the line is gone, also for a subscription that was under way", async () => {
    for (const type of ["repairs/list_issues", "subscribe_entities"]) fake.knobs.silentCommands.add(type);
    const client = await open();
    const asking = errorOf(client.ask({ type: "repairs/list_issues" }));
    const subscribing = errorOf(client.subscribe({ type: "subscribe_entities" }, () => {}));
    await wait(20);

    fake.dropClients();

    expect(await asking).toMatchObject({ code: "gateway_lost" });
    expect(await subscribing).toMatchObject({ code: "gateway_lost" });
    expect(await errorOf(client.ask({ type: "get_config" }))).toMatchObject({ code: "gateway_lost" });
    expect(losses).toEqual([{ how: "cut", detail: "closed with 1006" }]);
  });

  it("never comes back by itself, nor does the library try to", async () => {
    await open();
    const timers = vi.spyOn(globalThis, "setTimeout");
    fake.dropClients();
    await expect.poll(() => losses.length).toBe(1);
    await wait(100);

    expect(timers.mock.calls.filter(([callback]) => String(callback).includes("createSocket"))).toEqual([]);
    expect(fake.counters.sockets).toBe(1);
    timers.mockRestore();
  });
});

describe("a token that is taken back", () => {
  it.each([
    ["2026.11.0", "closed"],
    ["2024.3.3", "cut"],
  ])("ends the line of %s without a word, and is refused from then on", async (version, how) => {
    await fake.close();
    fake = await startFakeHomeAssistant({ version });
    await open();

    fake.revokeToken();

    await expect.poll(() => losses.at(-1)).toMatchObject({ how });
    expect(await errorOf(open())).toMatchObject({ code: "gateway_auth_failed" });
  });
});

describe("several messages in one frame", () => {
  it("are all taken, but for those that are none", async () => {
    const client = await open();
    const heard: unknown[] = [];
    await client.subscribe({ type: "subscribe_entities" }, (event) => heard.push(event));
    await expect.poll(() => heard.length).toBe(1);
    const event = (id: number, name: string): string => `{"id":${id},"type":"event","event":"${name}"}`;
    // The library counts its commands from 3 on.
    const frame = `[${event(3, "first")},null,7,${event(3, "second")},[],"x",${event(3, "third")}]`;

    client.take(Buffer.from(frame), false);

    expect(heard.slice(1)).toEqual(["first", "second", "third"]);
    expect(client.garbage).toBeGreaterThan(0);
    client.close();
  });
});

describe("random frames", () => {
  it("are survived, ten thousand of them, each in no time", async () => {
    const client = await open();
    await client.subscribe({ type: "subscribe_entities" }, () => {});
    const random = generator(20_261_123);
    let longest = 0;
    for (let round = 0; round < 100; round += 1) {
      // What it costs, not how long it took: other programs may have the machine meanwhile.
      const began = process.cpuUsage();
      for (let count = 0; count < 100; count += 1) feed(client, randomFrame(random));
      longest = Math.max(longest, process.cpuUsage(began).user / 1000);
    }

    expect(longest).toBeLessThan(250);
    expect(losses).toEqual([{ how: "garbage", detail: expect.any(String) }]);
  });
});

/** Hands a frame to the client as its socket would. */
function feed(client: HomeAssistantClient, frame: { data: Buffer; isBinary: boolean }): void {
  client.take(frame.data, frame.isBinary);
}

function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A true message with something cut, doubled, exchanged or put into it; or noise. */
function randomFrame(random: () => number): { data: Buffer; isBinary: boolean } {
  const whole = [
    '{"id":3,"type":"event","event":{"a":{"light.a":{"s":"on","a":{"brightness":1},"c":"01","lc":1.5}}}}',
    '{"id":3,"type":"event","event":{"c":{"light.a":{"+":{"s":"off","lc":2},"-":{"a":["x"]}}}}}',
    '{"id":4,"type":"result","success":true,"result":null}',
    '{"id":5,"type":"result","success":false,"error":{"code":"x","message":"y"}}',
    '[{"id":3,"type":"event","event":{"r":["light.a"]}},{"id":9,"type":"pong"}]',
  ];
  const text = whole[Math.floor(random() * whole.length)] ?? "";
  const at = Math.floor(random() * text.length);
  const pieces = ["", "null", "{}", "[]", '"', "}", "-1e999", "\u0000", "true", '{"__proto__":1}', text];
  const piece = pieces[Math.floor(random() * pieces.length)] ?? "";
  const kind = random();
  if (kind < 0.1)
    return { data: Buffer.from(Array.from({ length: 40 }, () => random() * 256)), isBinary: random() < 0.5 };
  const cut = Math.floor(random() * 12);
  return { data: Buffer.from(text.slice(0, at) + piece + text.slice(at + cut)), isBinary: false };
}
