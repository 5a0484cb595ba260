import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type AgentId,
  type AgentPolicy,
  type ClientId,
  type PersonId,
  type SessionId,
  type SiteId,
  systemClock,
} from "@caretaker/protocol";
import { fingerprintOf, makeKey, newCode, openKey, type ProofKey } from "@caretaker/reach/agent-proof.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createAnnouncements } from "../announcements.ts";
import { type Database, transaction } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import type { NewMessage } from "../mail/queue.ts";
import { loadSites } from "../state/load.ts";
import { type Agents, createAgents, type SaidToAgent } from "./agents.ts";
import { agentHandlers } from "./handlers.ts";
import { takeHelp } from "./help.ts";
import { freeze } from "./rows.ts";
import { knock, type TestAgent } from "./test-agent.ts";

const POLICY: AgentPolicy = { hubAlone: "quiet", stoppedAt: null, stoppedBy: null, isConfirmed: true, places: [] };
const sealer = {
  seal: async (words: string) => ({ words }),
  open: async (sealed: object) => (sealed as { words: string }).words,
};

let database: TestDatabase;
let db: Database;
let siteId: SiteId;
let server: Server;
let agents: Agents;
let said: SaidToAgent[];
let heard: ReturnType<typeof announcements>;
const opened: TestAgent[] = [];

beforeEach(async () => {
  database = await testDatabase();
  db = database.db;
  siteId = await insertHome();
  server = createServer();
  said = [];
  heard = announcements();
  agents = createAgents({
    db,
    hubId: "this",
    server,
    clock: systemClock,
    log: { info() {}, warn() {} },
    announcements: heard,
    key: openKey(makeKey()),
    sealer,
  });
  agents.onSaid((one) => said.push(one));
  await agents.start();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  for (const { socket } of opened.splice(0)) socket.terminate();
  await agents.close();
  await new Promise((resolve) => server.close(resolve));
  await database.drop();
});

const announcements = () =>
  createAnnouncements((error) => {
    throw error;
  });

async function insertHome(): Promise<SiteId> {
  const now = new Date();
  const [clientId, id] = [newId<ClientId>(), newId<SiteId>()];
  await db
    .insertInto("firm")
    .values({ name: "Bright Homes", timeZone: "UTC", country: "NL", language: "en", isDemo: false, createdAt: now })
    .execute();
  await db.insertInto("client").values({ id: clientId, name: "Lee", createdAt: now }).execute();
  await db
    .insertInto("site")
    .values({ id, clientId, name: "Lee house", timeZone: "UTC", language: "nl", createdAt: now })
    .execute();
  return id;
}

async function makeCode(): Promise<string> {
  const handlers = agentHandlers({
    db,
    sealer,
    publicUrl: "https://care.example.com",
    announcements: announcements(),
    agents,
  });
  const actor = {
    kind: "person" as const,
    id: newId<PersonId>(),
    name: "Ann",
    role: "technician" as const,
    sessionId: "s" as SessionId,
    factorAt: null,
  };
  const call = { actor, requestId: "r", now: new Date(), signal: new AbortController().signal };
  return (await handlers["agent.pairing.make"]({ siteId }, call)).code;
}

async function comeIn(key: ProofKey, code?: string): Promise<TestAgent> {
  const agent = await knock((server.address() as AddressInfo).port, key, code);
  opened.push(agent);
  return agent;
}

async function paired(): Promise<{ key: ProofKey; agentId: AgentId; line: TestAgent }> {
  const key = openKey(makeKey());
  const line = await comeIn(key, await makeCode());
  const { id } = await db.selectFrom("agent").select("id").executeTakeFirstOrThrow();
  return { key, agentId: id as AgentId, line };
}

const row = () => db.selectFrom("agent").selectAll().executeTakeFirstOrThrow();
const events = async (): Promise<string[]> => {
  const entries = await db
    .selectFrom("ledgerEntry")
    .select("event")
    .where("chain", "=", siteId)
    .orderBy("number")
    .execute();
  return entries.map(({ event }) => event);
};

describe("an agent that knows the code", () => {
  it("is welcomed with the firm's and the home's own words, and waits for the home", async () => {
    const { key, line } = await paired();

    expect(line.answer).toEqual({
      kind: "welcome",
      firm: { name: "Bright Homes", phone: null },
      home: "Lee house",
      siteId,
      language: "nl",
      isConfirmed: false,
    });
    expect(await row()).toMatchObject({ status: "waiting", fingerprint: fingerprintOf(key.publicKey) });
  });

  it("is confirmed by what the home says, and not by anything else", async () => {
    const { agentId, line } = await paired();

    line.say({ kind: "policy", policy: { ...POLICY, isConfirmed: false } });
    await expect.poll(() => agents.policyOf(agentId)).toEqual({ ...POLICY, isConfirmed: false });
    expect((await row()).status).toBe("waiting");
    line.say({ kind: "policy", policy: POLICY });

    await expect.poll(async () => (await row()).status).toBe("paired");
    expect(await events()).toEqual(["agent.pairing_made", "agent.paired", "agent.confirmed"]);
  });

  it.each([
    [
      "a code that was used",
      async () => {
        const code = await makeCode();
        await comeIn(openKey(makeKey()), code);
        return code;
      },
    ],
    [
      "a code that another one has taken the place of",
      async () => {
        const code = await makeCode();
        await makeCode();
        return code;
      },
    ],
    ["a code that never was", async () => newCode()],
  ])("is told the same with %s", async (_which, codeOf) => {
    const { answer } = await comeIn(openKey(makeKey()), await codeOf());

    expect(answer).toMatchObject({ kind: "refused", why: "not_known" });
  });
});

describe("one key in two places", () => {
  it("freezes both, and lets neither in again", async () => {
    const { key, agentId, line } = await paired();

    const copy = await comeIn(key);

    expect(copy.answer).toMatchObject({ kind: "refused", why: "frozen" });
    await line.closed;
    expect(agents.linkOf(agentId)).toBeNull();
    expect((await comeIn(key)).answer).toMatchObject({ kind: "refused", why: "frozen" });
    expect(await events()).toContain("agent.frozen");
  });

  it("has its line cut here when it was frozen at another hub", async () => {
    const { key, agentId, line } = await paired();
    await transaction(db, (trx) => freeze(trx, agentId, { why: "The box was stolen", now: new Date() }));

    heard.announce({ type: "agent.changed", siteId, agentId });

    await line.closed;
    expect(agents.linkOf(agentId)).toBeNull();
    expect((await comeIn(key)).answer).toMatchObject({ kind: "refused", why: "frozen" });
  });

  it("is no copy when the older line is dead: the new one takes its place", async () => {
    const { key, agentId, line } = await paired();
    line.socket.pause();

    const again = await comeIn(key);

    expect(again.answer).toMatchObject({ kind: "welcome" });
    await expect.poll(() => agents.linkOf(agentId)?.isOver).toBe(false);
    expect((await row()).frozenAt).toBeNull();
  });
});

describe("what a home says", () => {
  it("ends the agent when the home lets go of us, and its key opens nothing any more", async () => {
    const { key, line } = await paired();

    line.say({ kind: "released" });

    await line.closed;
    expect(await row()).toMatchObject({ status: "ended", endedBy: "homeowner" });
    expect((await comeIn(key)).answer).toMatchObject({ kind: "refused", why: "not_known" });
  });

  it("stands in its ledger when everything is stopped and when it is allowed again, once each", async () => {
    const { line } = await paired();
    line.say({ kind: "policy", policy: POLICY });
    const stopped = { ...POLICY, stoppedAt: "2026-11-28T10:00:00.000Z", stoppedBy: "switch" as const };
    line.say({ kind: "policy", policy: stopped });
    line.say({ kind: "policy", policy: stopped });
    line.say({ kind: "policy", policy: POLICY });

    await expect.poll(events).toEqual(expect.arrayContaining(["agent.allowed_again"]));
    expect((await events()).filter((event) => event === "agent.stopped")).toHaveLength(1);
    const entry = await db
      .selectFrom("ledgerPayload")
      .innerJoin("ledgerEntry", (join) =>
        join
          .onRef("ledgerPayload.chain", "=", "ledgerEntry.chain")
          .onRef("ledgerPayload.number", "=", "ledgerEntry.number"),
      )
      .select("payload")
      .where("event", "=", "agent.stopped")
      .executeTakeFirstOrThrow();
    expect(JSON.parse(entry.payload ?? "null")).toMatchObject({ by: "switch" });
    line.say({ kind: "policy", policy: stopped });
    await expect.poll(async () => (await loadSites(db)).map(({ stoppedAt }) => stoppedAt)).toContain(stopped.stoppedAt);
  });

  it("reaches everybody of the firm who can help, once for one call", async () => {
    await db
      .insertInto("person")
      .values(
        ["ann", "bo"].map((name) => ({
          id: newId<PersonId>(),
          name,
          email: `${name}@firm.example`,
          role: "technician" as const,
          createdAt: new Date(),
          updatedAt: new Date(),
        })),
      )
      .execute();
    const { line } = await paired();
    const letters: NewMessage[] = [];
    const deps = {
      db,
      publicUrl: "https://care.example.com",
      queueMessage: async (_trx: unknown, letter: NewMessage) => void letters.push(letter),
    };

    line.say({ kind: "help", words: "The lights <b>do not</b> answer" });
    await expect.poll(() => said).toMatchObject([{ siteId, said: { kind: "help" } }]);
    const [call] = said;
    if (call === undefined) throw new Error("nothing was said");

    expect(await takeHelp(deps, call)).toBe("told");
    expect(await takeHelp(deps, call)).toBe("told before");
    expect(letters.map(({ to }) => to.address).sort()).toEqual(["ann@firm.example", "bo@firm.example"]);
    expect(letters[0]?.text).toContain("The lights <b>do not</b> answer");
    expect(letters[0]?.html).not.toContain("<b>");
    expect(await events()).toContain("agent.help_asked");
  });
});
