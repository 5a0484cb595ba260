import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type Actor,
  type AgentId,
  type FleetDelta,
  type PersonId,
  type RunDelta,
  type RunEvent,
  type RunId,
  type RunSummary,
  type SessionId,
  SiteDelta,
  type SiteId,
  type StateChange,
  systemClock,
  type WatchAnswer,
  WatchSnapshot,
} from "@caretaker/protocol";
import { io, type Socket } from "socket.io-client";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { type Announcements, createAnnouncements } from "../announcements.ts";
import { newId } from "../db/new-id.ts";
import { NOTHING_HIDDEN } from "../state/hiding.ts";
import { StateStore } from "../state/store.ts";
import { addHome, buildRows, type TestHome } from "../state/test-homes.ts";
import { viewOf } from "../state/view.ts";
import { createLive, type Live } from "./live.ts";

const OWN = "http://caretaker.test";
let server: HttpServer;
let port: number;
let live: Live;
let store: StateStore;
let home: TestHome;
let announcements: Announcements;
let signedIn: Map<string, Actor>;
let viewable: (siteId: SiteId) => boolean;
let log: RunEvent[];
let runs: Map<RunId, RunSummary>;
const clients: Socket[] = [];
const warnings: unknown[] = [];

beforeEach(async () => {
  store = new StateStore({ clock: systemClock });
  home = addHome(store);
  announcements = createAnnouncements((error) => warnings.push(error));
  signedIn = new Map();
  viewable = () => true;
  log = [];
  runs = new Map();
  warnings.length = 0;
  await startHub("epoch-1");
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect();
  await stopHub();
  expect(warnings).toEqual([]);
});

async function startHub(epoch: string): Promise<void> {
  server = createServer((_request, response) => response.writeHead(404).end());
  live = openLive(epoch);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
}

async function stopHub(): Promise<void> {
  await live.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

function openLive(epoch: string): Live {
  return createLive({
    server,
    origins: [OWN],
    actorOf: async ({ cookie }) => signedIn.get(cookie ?? "") ?? { kind: "stranger" },
    stillAllowed: async (actor) => [...signedIn.values()].find((one) => sameActor(one, actor)) ?? null,
    mayView: async (siteId) => viewable(siteId),
    state: {
      store,
      site: (siteId) => viewOf(store, store.sites.get(siteId)),
      rows: () => [...store.sites.values()].map((site) => store.row(site)),
    },
    runs: {
      active: async () => [...runs.values()],
      ofSite: async () => [...runs.values()],
      details: async (runId) => {
        const run = runs.get(runId);
        return (
          run && {
            ...run,
            inputs: {},
            digest: "d",
            tell: "t",
            outline: [],
            consents: [],
            note: null,
            lastEvent: log.length,
          }
        );
      },
      eventsSince: async (_runId, number) => log.filter((event) => event.number > number),
    },
    announcements,
    clock: systemClock,
    log: { warn: (fields) => warnings.push(fields) },
    epoch,
  });
}

function sameActor(left: Actor, right: Actor): boolean {
  if (left.kind === "person") return right.kind === "person" && left.sessionId === right.sessionId;
  return left.kind === "key" && right.kind === "key" && left.id === right.id;
}

function signIn(name: string, more: Partial<Extract<Actor, { kind: "person" }>> = {}): Actor {
  const actor: Actor = {
    kind: "person",
    id: newId<PersonId>(),
    name,
    role: "technician",
    sessionId: name as SessionId,
    factorAt: null,
    ...more,
  };
  signedIn.set(`session=${name}`, actor);
  return actor;
}

function connect(name: string, options: object = {}): Socket {
  const client = io(`http://127.0.0.1:${port}`, {
    transports: ["websocket"],
    extraHeaders: { origin: OWN, cookie: `session=${name}` },
    reconnection: false,
    forceNew: true,
    ...options,
  });
  clients.push(client);
  return client;
}

async function join(name: string, request: object = { room: "site", siteId: home.site.facts.id }) {
  if (!signedIn.has(`session=${name}`)) signIn(name);
  const client = connect(name);
  const heard = listen(client);
  const answer = await watch(client, request);
  return { client, heard, answer };
}

const watch = (client: Socket, request: unknown): Promise<WatchAnswer> =>
  client.timeout(3000).emitWithAck("watch", request);

function listen(client: Socket) {
  const heard = {
    sites: [] as SiteDelta[][],
    fleet: [] as FleetDelta[],
    runs: [] as RunDelta[],
    closed: [] as { room: object; reason: string }[],
    closing: [] as { reason: string }[],
    disconnected: 0,
  };
  client.on("sites.changed", (deltas) => heard.sites.push(deltas));
  client.on("fleet.changed", (delta) => heard.fleet.push(delta));
  client.on("run.stepped", (delta) => heard.runs.push(delta));
  client.on("room.closed", (room) => heard.closed.push(room));
  client.on("live.closing", (closing) => heard.closing.push(closing));
  client.on("disconnect", () => (heard.disconnected += 1));
  return heard;
}

async function until(what: string, isSo: () => boolean, milliseconds = 4000): Promise<void> {
  const deadline = Date.now() + milliseconds;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error(`Waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
}

const change = (...changes: StateChange[]) => store.applyStates(home.gateway, { type: "states", full: false, changes });
const deltasOf = (heard: ReturnType<typeof listen>) =>
  heard.sites.flat().filter(({ siteId }) => siteId === home.site.facts.id);

describe("watching a site", () => {
  it("says that the agent of that home has changed, and nothing of another one's", async () => {
    const other = addHome(store);
    const { client } = await join("ada");
    const told: unknown[] = [];
    client.on("agent.changed", (news) => told.push(news));
    const siteId = home.site.facts.id;

    announcements.announce({ type: "agent.changed", siteId: other.site.facts.id, agentId: newId<AgentId>() });
    announcements.announce({ type: "agent.changed", siteId, agentId: newId<AgentId>() });

    await until("the news", () => told.length > 0);
    expect(told).toEqual([{ siteId }]);
  });

  it("answers a snapshot, then deltas with the numbers that follow", async () => {
    change({ key: "e0", state: "on", available: "online" });
    const { answer, heard } = await join("ada");
    if (!answer.ok || answer.snapshot.room !== "site") throw new Error("no snapshot");
    const { number, epoch, entities } = answer.snapshot;

    change({ key: "e0", state: "off" });
    await until("a delta", () => heard.sites.length === 1);
    change({ key: "e1", state: "on", attributes: { brightness: 3 } });
    await until("a second delta", () => heard.sites.length === 2);

    WatchSnapshot.parse(answer.snapshot);
    expect(entities.find(({ label }) => label === "light.e0")).toMatchObject({ state: "on", availability: "online" });
    expect(deltasOf(heard).map((delta) => [delta.epoch, delta.number])).toEqual([
      [epoch, number + 1],
      [epoch, number + 2],
    ]);
    for (const delta of deltasOf(heard)) SiteDelta.parse(delta);
    expect(deltasOf(heard)[0]?.entities).toMatchObject([{ id: home.gateway.byKey.get("e0")?.id, state: "off" }]);
    expect(deltasOf(heard)[0]?.entities?.[0]).not.toHaveProperty("attributes");
    expect(deltasOf(heard)[1]?.entities).toMatchObject([{ state: "on", attributes: { brightness: 3 } }]);
  });

  it("sends a change at once when the line is idle", async () => {
    const { heard } = await join("ada");
    await new Promise((resolve) => setTimeout(resolve, 80));

    const began = performance.now();
    change({ key: "e0", state: "on" });
    await until("the delta", () => heard.sites.length === 1);

    expect(performance.now() - began).toBeLessThan(40);
  });

  it("merges what happens within 50 ms while the line is busy, and loses nothing", async () => {
    const { heard } = await join("ada");
    for (let index = 0; index < 200; index += 1) {
      change({ key: `e${index % 3}`, state: `s${index}` });
      if (index % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await until("the last state", () =>
      deltasOf(heard).some((delta) => delta.entities?.some(({ state }) => state === "s199")),
    );

    const deltas = deltasOf(heard);
    expect(deltas.length).toBeLessThan(40);
    expect(deltas.map(({ number }) => number)).toEqual(deltas.map((_, index) => (deltas[0]?.number ?? 0) + index));
    const shown = new Map(deltas.flatMap((delta) => delta.entities ?? []).map(({ id, state }) => [id, state]));
    expect([...shown.values()].sort()).toEqual(["s197", "s198", "s199"]);
  });

  it("bundles several homes into one frame", async () => {
    const homes = Array.from({ length: 20 }, (_, index) => addHome(store, { name: `Home ${index}` }));
    const { client, heard } = await join("ada");
    for (const { site } of homes) await watch(client, { room: "site", siteId: site.facts.id });
    change({ key: "e0", state: "first" });
    await until("the line to be busy", () => heard.sites.length > 0);

    for (const { gateway } of homes)
      store.applyStates(gateway, { type: "states", full: false, changes: [{ key: "e0", state: "on" }] });
    await until("all of them", () => heard.sites.flat().length >= 21);

    expect(Math.max(...heard.sites.map((frame) => frame.length))).toBe(20);
  });

  it("tells several watchers the same numbers, whenever they came", async () => {
    const one = await join("ada");
    change({ key: "e0", state: "a" });
    await until("one", () => one.heard.sites.length === 1);
    const two = await join("bob");
    change({ key: "e0", state: "b" });
    await until("both", () => one.heard.sites.length === 2 && two.heard.sites.length === 1);

    expect(deltasOf(two.heard)[0]?.number).toBe(deltasOf(one.heard)[1]?.number);
    expect(two.answer.ok && two.answer.snapshot.number).toBe((deltasOf(two.heard)[0]?.number ?? 0) - 1);
  });

  it("does not tell again what the snapshot says already", async () => {
    const { heard } = await join("ada");
    change({ key: "e0", state: "a" });
    const { answer, heard: later } = await join("bob");
    await until("ada", () => heard.sites.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 120));

    expect(
      answer.ok && answer.snapshot.room === "site" && answer.snapshot.entities.map(({ state }) => state),
    ).toContain("a");
    expect(later.sites).toEqual([]);
  });

  it("shows a gateway's turn, its integrations and the row with it", async () => {
    const { heard } = await join("ada");

    store.setStatus(home.gateway, { state: "unreachable", reason: { code: "no_route" }, since: Date.now() });
    await until("a delta", () => heard.sites.length === 1);

    expect(deltasOf(heard)[0]).toMatchObject({ gateways: [{ state: "unreachable" }], row: { health: "offline" } });
  });

  it("closes the room when things came or went, so that the client asks again", async () => {
    const { client, heard } = await join("ada");

    store.setInventory(home.gateway, buildRows(5));
    await until("the room to close", () => heard.closed.length === 1);
    const again = await watch(client, { room: "site", siteId: home.site.facts.id });

    expect(heard.closed[0]).toEqual({
      room: { room: "site", siteId: home.site.facts.id },
      reason: "inventory_changed",
    });
    expect(again.ok && again.snapshot.room === "site" && again.snapshot.entities.length).toBe(5);
  });

  it("sends everybody out when part of the home is left out, and shows it no more to whoever comes again", async () => {
    const { client, heard } = await join("ada");
    const changes = [{ key: "e0", state: "glowing", available: "online" } as const];
    store.applyStates(home.gateway, { type: "states", full: false, changes });

    store.setHiding(home.site, { ...NOTHING_HIDDEN, kinds: new Set(home.rows.entities.map(({ kind }) => kind)) });
    await until("the room to close", () => heard.closed.length === 1);
    const again = await watch(client, { room: "site", siteId: home.site.facts.id });

    expect(heard.closed[0]).toMatchObject({ reason: "inventory_changed" });
    expect(JSON.stringify(again)).not.toContain("glowing");
    expect(again.ok && again.snapshot.room === "site" && again.snapshot.entities[0]).toMatchObject({
      private: true,
      state: null,
      availability: "online",
    });
  });

  it("stops when it is left", async () => {
    const { client, heard } = await join("ada");

    expect(await client.timeout(1000).emitWithAck("unwatch", { room: "site", siteId: home.site.facts.id })).toEqual({
      ok: true,
    });
    change({ key: "e0", state: "on" });
    await new Promise((resolve) => setTimeout(resolve, 100));

    expect(heard.sites).toEqual([]);
    expect(home.site.watchers).toBe(0);
  });

  it("stops when the client goes without a word", async () => {
    const { client } = await join("ada");
    expect(home.site.watchers).toBe(1);

    client.disconnect();

    await until("the room to be empty", () => home.site.watchers === 0);
  });

  it("has another epoch after the hub was started anew", async () => {
    const { answer } = await join("ada");
    await stopHub();
    await startHub("epoch-2");

    const { answer: later } = await join("ada");

    expect(answer.ok && answer.snapshot.epoch).toBe("epoch-1");
    expect(later.ok && later.snapshot.epoch).toBe("epoch-2");
  });
});

describe("watching the fleet", () => {
  it("answers all rows and then those that changed", async () => {
    const second = addHome(store, { name: "Second" });
    const { answer, heard } = await join("ada", { room: "fleet" });

    store.setStatus(second.gateway, { state: "unreachable", reason: { code: "no_route" } });
    await until("a row", () => heard.fleet.some(({ sites }) => sites?.some(({ health }) => health === "offline")));

    expect(answer.ok && answer.snapshot.room === "fleet" && answer.snapshot.sites.map(({ name }) => name)).toEqual([
      "Home",
      "Second",
    ]);
    const offline = heard.fleet.flatMap(({ sites }) => sites ?? []).filter(({ health }) => health === "offline");
    expect(offline.map(({ name }) => name)).toEqual(["Second"]);
    expect(heard.fleet[0]?.number).toBe((answer.ok ? answer.snapshot.number : 0) + 1);
  });

  it("hears of a site that was added, and of one that was removed", async () => {
    const { heard } = await join("ada", { room: "fleet" });

    const { site } = addHome(store, { name: "New" });
    await until("the new one", () => heard.fleet.some(({ sites }) => sites?.some(({ name }) => name === "New")));
    store.removeSite(site.facts.id);
    announcements.announce({ type: "site.removed", siteId: site.facts.id });

    await until("its removal", () => heard.fleet.some(({ removed }) => removed?.includes(site.facts.id)));
  });
});

describe("watching a run", () => {
  const runId = newId<RunId>();
  const summary = (status: RunSummary["status"]): RunSummary =>
    ({ id: runId, siteId: home.site.facts.id, status, number: 1 }) as RunSummary;
  const step = (number: number): RunEvent => ({
    runId,
    number,
    at: new Date(0).toISOString(),
    data: { kind: "run.started" },
  });
  const announce = (...events: RunEvent[]) => {
    announcements.announce({ type: "run.stepped", siteId: home.site.facts.id, runId, run: summary("running"), events });
  };

  it("replays its log from a number, and goes on from there", async () => {
    runs.set(runId, summary("running"));
    log = [step(1), step(2), step(3)];
    const { answer, heard } = await join("ada", { room: "run", runId, since: 1 });

    log.push(step(4));
    announce(step(4));
    await until("the step", () => heard.runs.length === 1);

    expect(answer.ok && answer.snapshot.room === "run" && answer.snapshot.events.map(({ number }) => number)).toEqual([
      2, 3,
    ]);
    expect(heard.runs[0]).toMatchObject({ number: 1, events: [{ number: 4 }], run: { status: "running" } });
  });

  it("fills a gap out of the database when an announcement was lost", async () => {
    runs.set(runId, summary("running"));
    log = [step(1)];
    const { heard } = await join("ada", { room: "run", runId });

    log.push(step(2), step(3));
    announce(step(3));
    await until("both steps", () => heard.runs.flatMap(({ events }) => events).length === 2);

    expect(heard.runs.flatMap(({ events }) => events).map(({ number }) => number)).toEqual([2, 3]);
  });

  it("is refused when there is none", async () => {
    const { answer } = await join("ada", { room: "run", runId: newId() });

    expect(answer).toMatchObject({ ok: false, problem: { code: "not_found", status: 404 } });
  });
});

describe("who may not", () => {
  it("is turned away without a session", async () => {
    const client = connect("nobody");

    const error = await new Promise<Error>((resolve) => client.on("connect_error", resolve));

    expect((error as Error & { data?: unknown }).data).toEqual({ code: "not_signed_in" });
  });

  it("is not told of a site without standing consent to view, nor of one that does not exist", async () => {
    viewable = () => false;
    const { client, answer } = await join("ada");
    const unknown = await watch(client, { room: "site", siteId: newId() });

    expect(answer).toMatchObject({ ok: false, problem: { code: "consent_missing" } });
    expect(unknown).toMatchObject({ ok: false, problem: { code: "not_found" } });
    expect(home.site.watchers).toBe(0);
  });

  it("is told so by the first thing they say after their session ended unheard", async () => {
    const { client, heard } = await join("ada");
    signedIn.clear();

    const answer = await watch(client, { room: "fleet" }).catch(() => null);
    await until("the end", () => heard.disconnected === 1);

    expect(answer === null || !answer.ok).toBe(true);
    expect(heard.closing).toMatchObject([{ reason: "session_expired" }]);
  });
});

describe("what ends streams", () => {
  it("closes 200 sockets of a session within a second, and nothing is heard after", async () => {
    signIn("ada");
    const all = await Promise.all(Array.from({ length: 200 }, () => join("ada")));
    const bystander = await join("bob");
    const afterwards: number[] = [];
    let isEnded = false;
    for (const { client } of all) client.on("sites.changed", () => isEnded && afterwards.push(1));

    const began = performance.now();
    signedIn.delete("session=ada");
    announcements.announce({ type: "session.ended", sessionId: "ada" as SessionId, personId: newId<PersonId>() });
    isEnded = true;
    for (let index = 0; index < 20; index += 1) change({ key: "e0", state: `after ${index}` });
    await until("all to be closed", () => all.every(({ heard }) => heard.disconnected === 1), 3000);
    const took = performance.now() - began;
    await until("the bystander", () => bystander.heard.sites.length > 0);

    expect(took).toBeLessThan(1000);
    expect(afterwards).toEqual([]);
    expect(all.every(({ heard }) => heard.closing[0]?.reason === "signed_out")).toBe(true);
    expect(live.connections()).toBe(1);
  });

  it("closes those of a person who was disabled, of a key that was revoked", async () => {
    const ada = signIn("ada") as Extract<Actor, { kind: "person" }>;
    signedIn.set("session=key", { kind: "key", id: newId(), name: "k", role: "technician" });
    const one = await join("ada");
    const two = connect("key");
    await new Promise((resolve) => two.on("connect", () => resolve(null)));
    let isGone = false;
    two.on("disconnect", () => (isGone = true));

    announcements.announce({ type: "person.changed", personId: ada.id, isDisabled: true });
    announcements.announce({ type: "key.revoked", keyId: (signedIn.get("session=key") as { id: string }).id });

    await until("both", () => one.heard.disconnected === 1 && isGone);
    expect(one.heard.closing).toMatchObject([{ reason: "not_allowed" }]);
  });

  it("judges somebody anew whose role changed, and lets them stay while they may", async () => {
    const ada = signIn("ada") as Extract<Actor, { kind: "person" }>;
    const { heard, client } = await join("ada");

    signedIn.set("session=ada", { ...ada, role: "dispatcher" });
    announcements.announce({ type: "person.changed", personId: ada.id, isDisabled: false });
    expect((await watch(client, { room: "fleet" })).ok).toBe(true);
    signedIn.delete("session=ada");
    announcements.announce({ type: "person.changed", personId: ada.id, isDisabled: false });

    await until("the end", () => heard.disconnected === 1);
  });

  it("sends everybody out of a home whose homeowner took `view` back, and lets nobody in", async () => {
    const one = await join("ada");
    const two = await join("bob");

    viewable = () => false;
    announcements.announce({ type: "view.withdrawn", siteId: home.site.facts.id });
    change({ key: "e0", state: "seen" });
    await until("both", () => one.heard.closed.length === 1 && two.heard.closed.length === 1);
    const again = await watch(one.client, { room: "site", siteId: home.site.facts.id });

    expect(one.heard.closed[0]).toMatchObject({ reason: "view_withdrawn" });
    expect(JSON.stringify(one.heard.sites)).not.toContain("seen");
    expect(again.ok).toBe(false);
    expect(one.heard.disconnected).toBe(0);
  });

  it("looks anew at what may be seen as soon as another hub was told, and closes only that home", async () => {
    const { client, heard } = await join("ada");
    const { id } = home.site.facts;

    announcements.announce({ type: "view.told", siteId: id });
    announcements.announce({ type: "view.told", siteId: null });
    expect((await watch(client, { room: "fleet" })).ok).toBe(true);
    expect(heard.closed).toEqual([]);
    viewable = () => false;
    announcements.announce({ type: "view.told", siteId: newId<SiteId>() });
    expect((await watch(client, { room: "fleet" })).ok).toBe(true);
    expect(heard.closed).toEqual([]);
    announcements.announce({ type: "view.told", siteId: id });
    await until("the room to close", () => heard.closed.length > 0);

    expect(heard.closed).toMatchObject([{ reason: "view_withdrawn" }]);
  });

  it("lets nobody in whose permission was taken back while it was being read", async () => {
    signIn("ada");
    const client = connect("ada");
    let asked = 0;
    viewable = () => {
      asked += 1;
      // The answer was yes, and before it arrives it is no more.
      if (asked === 1)
        queueMicrotask(() => announcements.announce({ type: "view.withdrawn", siteId: home.site.facts.id }));
      return asked === 1;
    };

    const answer = await watch(client, { room: "site", siteId: home.site.facts.id });

    expect(answer).toMatchObject({ ok: false, problem: { code: "consent_missing" } });
  });

  it("says that the hub stops", async () => {
    const { heard } = await join("ada");

    await live.close();
    await until("the end", () => heard.disconnected === 1);

    expect(heard.closing).toMatchObject([{ reason: "shutting_down" }]);
  });

  it("closes the room of a site that was removed", async () => {
    const { heard } = await join("ada");

    store.removeSite(home.site.facts.id);
    announcements.announce({ type: "site.removed", siteId: home.site.facts.id });
    await until("the room to close", () => heard.closed.length > 0);

    expect(["removed", "inventory_changed"]).toContain(heard.closed[0]?.reason);
  });
});

describe("a reader that does not read", () => {
  it("is given a fresh snapshot later instead of being buffered without bound, and holds nobody up", async () => {
    const big = addHome(store, { name: "Big", entities: 2000 });
    signIn("slow");
    const slow = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`, {
      headers: { origin: OWN, cookie: "session=slow" },
    });
    const frames: string[] = [];
    slow.on("message", (data) => frames.push(String(data)));
    await new Promise((resolve) => slow.on("open", resolve));
    slow.send("40");
    await until("the handshake", () => frames.some((frame) => frame.startsWith("40")));
    slow.send(`420["watch",{"room":"site","siteId":"${big.site.facts.id}"}]`);
    await until("the snapshot", () => frames.some((frame) => frame.startsWith("430")));
    const quick = await join("ada", { room: "site", siteId: big.site.facts.id });
    slow.pause();

    const filler = "x".repeat(1500);
    const keys = [...big.gateway.byKey.keys()];
    let most = 0;
    for (let round = 0; round < 40; round += 1) {
      store.applyStates(big.gateway, {
        type: "states",
        full: false,
        changes: keys.map((key) => ({ key, state: `${round} ${filler}` })),
      });
      await until("the quick one", () => JSON.stringify(quick.heard.sites.at(-1) ?? "").includes(`"${round} x`));
      quick.heard.sites.length = 0;
      most = Math.max(most, process.memoryUsage().arrayBuffers);
      if (big.site.watchers === 1) break;
    }
    expect(big.site.watchers).toBe(1);
    slow.resume();
    await until("the room to close", () => frames.some((frame) => frame.includes('"too_slow"')), 10_000);

    expect(quick.heard.closed).toEqual([]);
    slow.terminate();
  });
});

describe("what strangers and broken programs say", () => {
  it("never harms the hub", async () => {
    const { client } = await join("ada");
    const bad: unknown[] = [
      null,
      undefined,
      7,
      "fleet",
      [],
      {},
      { room: "fleet", more: 1 },
      { room: "site" },
      { room: "site", siteId: "1" },
      { room: "site", siteId: { $ne: 1 } },
      { room: "run", runId: newId(), since: -1 },
      { room: "__proto__" },
      { room: "x".repeat(10_000) },
    ];

    for (const request of bad)
      expect(await watch(client, request)).toMatchObject({ ok: false, problem: { code: "invalid_input" } });
    client.emit("watch", { room: "fleet" });
    client.emit("watch");
    client.emit("unwatch", { room: "nowhere" });
    client.emit("anything", { at: "all" }, () => {});

    expect((await watch(client, { room: "fleet" })).ok).toBe(true);
  });

  it.each([
    "42",
    "42[",
    '42["watch"',
    "42{}",
    '451-["watch",{"_placeholder":true,"num":0}]',
    "4",
    "",
    "x",
    "\u0000",
    '42["watch",{"room":"site","siteId":"\ud800"}]',
  ])("%j as a frame closes at most its own socket", async (frame) => {
    signIn("ada");
    const raw = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`, {
      headers: { origin: OWN, cookie: "session=ada" },
    });
    raw.on("error", () => {});
    await new Promise((resolve) => raw.on("open", resolve));
    raw.send("40");
    raw.send(frame);

    const { answer } = await join("bob");

    expect(answer.ok).toBe(true);
    raw.terminate();
  });

  it("loses its line when it says too much at once, or one thing that is too long", async () => {
    const long = await join("ada");
    long.client.emit("watch", { room: "fleet", more: "x".repeat(100_000) });
    await until("the long one", () => long.heard.disconnected === 1);

    const much = await join("bob");
    for (let index = 0; index < 400; index += 1) much.client.emit("unwatch", { room: "fleet" });
    await until("the loud one", () => much.heard.disconnected === 1);

    expect((await join("cy")).answer.ok).toBe(true);
  });
});
