import { randomBytes } from "node:crypto";
import {
  type Actor,
  type AgentId,
  type AgentPolicy,
  type ClientId,
  type GatewayId,
  operations,
  type PersonId,
  type SessionId,
  type SiteId,
} from "@caretaker/protocol";
import { lookupOf } from "@caretaker/reach/agent-proof.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Announcement, createAnnouncements } from "../announcements.ts";
import { type Database, transaction } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import type { Call } from "../http/handler.ts";
import { verifyChain } from "../ledger/read.ts";
import { type AgentsLive, agentHandlers } from "./handlers.ts";
import {
  type AgentRow,
  confirm,
  end,
  endAgentOf,
  findByKey,
  findPairing,
  freeze,
  pair,
  pairingPlace,
  seen,
} from "./rows.ts";

const NOW = new Date("2026-11-28T09:00:00.000Z");
const actor: Actor = {
  kind: "person",
  id: newId<PersonId>(),
  name: "Ann Vos",
  role: "technician",
  sessionId: "s" as SessionId,
  factorAt: NOW.toISOString(),
};
const POLICY: AgentPolicy = {
  hubAlone: "quiet",
  stoppedAt: null,
  stoppedBy: null,
  isConfirmed: true,
  places: [{ host: "192.168.1.20", port: 8123, connector: "home-assistant", allowed: "asked" }],
};

/** Seals as the vault does in one thing: what was sealed for one place opens in no other. */
const sealer = {
  seal: async (words: string, boundTo: string) => ({ sealed: Buffer.from(`${boundTo} ${words}`).toString("base64") }),
  open: (sealed: object, boundTo: string): string | null => {
    const words = Buffer.from((sealed as { sealed: string }).sealed, "base64").toString();
    return words.startsWith(`${boundTo} `) ? words.slice(boundTo.length + 1) : null;
  },
};

let database: TestDatabase;
let db: Database;
let siteId: SiteId;
let line: ReturnType<AgentsLive["statusOf"]>;
let cut: AgentId[];
let announced: Announcement[];
let handlers: ReturnType<typeof agentHandlers>;

beforeEach(async () => {
  database = await testDatabase();
  db = database.db;
  siteId = await insertSite();
  line = { isOnline: false, roundTrip: null, lostLines: 0, policy: null };
  cut = [];
  announced = [];
  const announcements = createAnnouncements((error) => {
    throw error;
  });
  announcements.on("agent.changed", (one) => announced.push(one));
  const agents = { statusOf: () => line, end: (id: AgentId) => void cut.push(id) };
  handlers = agentHandlers({ db, sealer, publicUrl: "https://care.example.com", announcements, agents });
});
afterEach(() => database.drop());

async function insertSite(): Promise<SiteId> {
  const [clientId, id] = [newId<ClientId>(), newId<SiteId>()];
  await db.insertInto("client").values({ id: clientId, name: "Lee", createdAt: NOW }).execute();
  await db
    .insertInto("site")
    .values({ id, clientId, name: "Lee house", timeZone: "UTC", language: "en", createdAt: NOW })
    .execute();
  return id;
}

const at = (minutes: number): Date => new Date(NOW.getTime() + minutes * 60_000);
const call = (now = NOW): Call => ({ actor, requestId: "r", now, signal: new AbortController().signal });
const make = (now = NOW, of = siteId) => handlers["agent.pairing.make"]({ siteId: of }, call(now));
const key = (): string => randomBytes(32).toString("base64url");

/** As the door does it, once the code was proved. */
async function comeIn(code: string, { now = NOW, publicKey = key() } = {}): Promise<AgentRow> {
  const pairing = await findPairing(db, lookupOf(code), now);
  if (pairing === undefined) throw new Error("no such pairing");
  return transaction(db, (trx) =>
    pair(trx, { pairing, key: publicKey, fingerprint: "ABCD-EFGH-JKMN", version: "0.9.0", now }),
  );
}

async function pairedAgent(): Promise<AgentId> {
  const agentId = (await comeIn((await make()).code)).id as AgentId;
  await transaction(db, (trx) => confirm(trx, agentId, NOW));
  return agentId;
}

const shown = async () => (await handlers["agent.get"]({ siteId }, call())).agent;

async function ledgerOf(chain: SiteId) {
  const rows = await db
    .selectFrom("ledgerEntry")
    .innerJoin("ledgerPayload", (join) =>
      join
        .onRef("ledgerPayload.chain", "=", "ledgerEntry.chain")
        .onRef("ledgerPayload.number", "=", "ledgerEntry.number"),
    )
    .select(["event", "actor", "payload"])
    .where("ledgerEntry.chain", "=", chain)
    .orderBy("ledgerEntry.number")
    .execute();
  return rows.map(({ payload, ...entry }) => ({ ...entry, payload: JSON.parse(payload ?? "null") }));
}

async function insertGateway(agentId: AgentId | null): Promise<GatewayId> {
  const id = newId<GatewayId>();
  await db
    .insertInto("gateway")
    .values({
      id,
      siteId,
      connector: "home-assistant",
      name: "Home",
      config: "{}",
      address: `http://${id}`,
      reason: JSON.stringify({ code: "connecting" }),
      since: NOW,
      createdAt: NOW,
      agentId,
    })
    .execute();
  return id;
}

describe("a code for an agent", () => {
  it("is said once, with a link that holds it, and is kept only sealed for its own row", async () => {
    const { code, link, expiresAt } = await make();

    expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{2}$/);
    expect(link).toBe(`https://care.example.com/agent#${code}`);
    expect(expiresAt).toBe(at(15).toISOString());
    const row = await db.selectFrom("agentPairing").selectAll().executeTakeFirstOrThrow();
    expect(JSON.stringify(row)).not.toContain(code);
    expect(sealer.open(row.sealedCode as object, pairingPlace(row.id))).toBe(code);
    expect(JSON.stringify(await ledgerOf(siteId))).not.toContain(code);
  });

  it("lets one agent in, whoever else proves it at the same moment, and is destroyed by that", async () => {
    const { code } = await make();

    const tried = await Promise.allSettled([comeIn(code), comeIn(code), comeIn(code)]);

    expect(tried.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected", "rejected"]);
    expect(await findPairing(db, lookupOf(code), NOW)).toBeUndefined();
    const row = await db.selectFrom("agentPairing").selectAll().executeTakeFirstOrThrow();
    expect(row).toMatchObject({ sealedCode: null, usedAt: NOW.toISOString(), agentId: (await shown())?.id });
  });

  it("opens for fifteen minutes, and not when it ran out between being looked for and used", async () => {
    const { code } = await make();
    const pairing = (await findPairing(db, lookupOf(code), at(14.9)))!;

    expect(await findPairing(db, lookupOf(code), at(15))).toBeUndefined();
    const late = transaction(db, (trx) =>
      pair(trx, { pairing, key: key(), fingerprint: "A", version: "1", now: at(15) }),
    );
    await expect(late).rejects.toMatchObject({ code: "gone" });
  });

  it("is void once another was made, for this home and for no other", async () => {
    const neighbour = await make(NOW, await insertSite());
    const first = await make();
    const looked = (await findPairing(db, lookupOf(first.code), NOW))!;
    const second = await make();

    const found = [first, second, neighbour].map(({ code }) => findPairing(db, lookupOf(code), NOW));

    expect((await Promise.all(found)).map((one) => one !== undefined)).toEqual([false, true, true]);
    const late = { pairing: looked, key: key(), fingerprint: "A", version: "1", now: NOW };
    await expect(transaction(db, (trx) => pair(trx, late))).rejects.toMatchObject({ code: "gone" });
  });

  it("is made for no home that has an agent, which is ended first", async () => {
    const agentId = await pairedAgent();

    await expect(make()).rejects.toMatchObject({ code: "conflict", message: expect.stringContaining("End that one") });
    await handlers["agent.end"]({ agentId, reason: "Another box" }, call());
    await expect(make()).resolves.toHaveProperty("code");
  });

  it("lets no key in a second time, not even one that was ended", async () => {
    const publicKey = key();
    const { id } = await comeIn((await make()).code, { publicKey });
    await handlers["agent.end"]({ agentId: id as AgentId, reason: "Another box" }, call());

    const again = comeIn((await make()).code, { publicKey });

    await expect(again).rejects.toMatchObject({ code: "conflict" });
    expect(await findByKey(db, publicKey)).toBeUndefined();
  });

  it("opens nothing in a home that was taken out of service meanwhile", async () => {
    const { code } = await make();
    const pairing = (await findPairing(db, lookupOf(code), NOW))!;
    await db.updateTable("site").set({ removedAt: NOW }).where("id", "=", siteId).execute();

    expect(await findPairing(db, lookupOf(code), NOW)).toBeUndefined();
    const late = transaction(db, (trx) => pair(trx, { pairing, key: key(), fingerprint: "A", version: "1", now: NOW }));
    await expect(late).rejects.toMatchObject({ code: "gone" });
  });
});

describe("an agent", () => {
  it("waits for its home, then is there or away as its line is", async () => {
    const agentId = (await comeIn((await make()).code)).id as AgentId;

    const states = [(await shown())?.state];
    await transaction(db, (trx) => confirm(trx, agentId, at(3)));
    states.push((await shown())?.state);
    line = { isOnline: true, roundTrip: 12, lostLines: 0, policy: null };
    states.push((await shown())?.state);

    expect(states).toEqual(["waiting_for_home", "away", "online"]);
    expect(operations["agent.get"].output.parse({ agent: await shown() }).agent).toMatchObject({
      id: agentId,
      siteId,
      fingerprint: "ABCD-EFGH-JKMN",
      version: "0.9.0",
      confirmedAt: at(3).toISOString(),
      roundTrip: 12,
      policy: null,
    });
  });

  it("is shown with what its home last allowed, by its line before its row", async () => {
    const agentId = await pairedAgent();
    await seen(db, agentId, { version: "0.9.1", hubId: "this", policy: POLICY }, at(5));
    await seen(db, agentId, { version: "0.9.1", hubId: "this", policy: null }, at(6));

    expect(await shown()).toMatchObject({ version: "0.9.1", lastSeenAt: at(6).toISOString(), policy: POLICY });
    line = { isOnline: true, roundTrip: null, lostLines: 0, policy: { ...POLICY, stoppedAt: at(7).toISOString() } };
    expect(await shown()).toMatchObject({ policy: { stoppedAt: at(7).toISOString() } });
  });

  it("takes over what its predecessor held once its home confirmed it, and nothing that the hub reaches itself", async () => {
    const before = await pairedAgent();
    const [held, direct] = [await insertGateway(before), await insertGateway(null)];
    await handlers["agent.end"]({ agentId: before, reason: "Another box" }, call());
    const next = (await comeIn((await make()).code)).id as AgentId;
    const holder = async () =>
      (await db.selectFrom("gateway").select(["id", "agentId"]).orderBy("id").execute()).map(
        (row) => [row.id, row.agentId] as const,
      );
    expect(new Map(await holder())).toEqual(
      new Map([
        [held, before],
        [direct, null],
      ] as never),
    );

    const moved = await transaction(db, (trx) => confirm(trx, next, NOW));

    expect(moved).toEqual([held]);
    expect(new Map(await holder())).toEqual(
      new Map([
        [held, next],
        [direct, null],
      ] as never),
    );
    expect(await transaction(db, (trx) => confirm(trx, next, NOW))).toEqual([]);
  });

  it("that is ended has its line cut, is nobody's any more, and cannot be ended twice", async () => {
    const agentId = await pairedAgent();
    announced.length = 0;

    await handlers["agent.end"]({ agentId, reason: "They moved" }, call());

    expect([cut, announced]).toEqual([[agentId], [{ type: "agent.changed", siteId, agentId }]]);
    expect(await shown()).toBeNull();
    await expect(handlers["agent.end"]({ agentId, reason: "Again" }, call())).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it("that is frozen stays so until somebody lets it in, and then is as it was", async () => {
    const agentId = await pairedAgent();
    line = { isOnline: true, roundTrip: 3, lostLines: 0, policy: null };
    for (const why of ["Seen in two places.", "Seen again."])
      await transaction(db, (trx) => freeze(trx, agentId, { why, now: NOW }));
    expect((await shown())?.state).toBe("frozen");

    const { agent } = await handlers["agent.unfreeze"]({ agentId, reason: "A copy was switched off" }, call());

    expect(agent?.state).toBe("online");
    await expect(handlers["agent.unfreeze"]({ agentId, reason: "Once more" }, call())).rejects.toMatchObject({
      code: "already_done",
    });
    expect((await ledgerOf(siteId)).filter(({ event }) => event === "agent.frozen")).toHaveLength(1);
  });

  it("is shut out by whoever fears for a home, at once, and its line is cut", async () => {
    const agentId = await pairedAgent();
    line = { isOnline: true, roundTrip: 3, lostLines: 0, policy: null };
    announced.length = 0;

    const { agent } = await handlers["agent.freeze"]({ agentId, reason: "The box was stolen" }, call());

    expect(agent?.state).toBe("frozen");
    expect([cut, announced]).toEqual([[agentId], [{ type: "agent.changed", siteId, agentId }]]);
    expect((await ledgerOf(siteId)).at(-1)).toMatchObject({ event: "agent.frozen", actor: `person:${actor.id}` });
    await expect(handlers["agent.freeze"]({ agentId, reason: "Once more" }, call())).rejects.toMatchObject({
      code: "already_done",
    });
  });

  it("goes with its home, as does a code that waits for one", async () => {
    const agentId = await pairedAgent();
    const other = await insertSite();
    const { code } = await make(NOW, other);

    const ended = await transaction(db, async (trx) => [
      await endAgentOf(trx, siteId, "hub", "Moved away", NOW),
      await endAgentOf(trx, other, "hub", "Moved away", NOW),
    ]);

    expect(ended).toEqual([agentId, null]);
    expect(await shown()).toBeNull();
    expect(await findPairing(db, lookupOf(code), NOW)).toBeUndefined();
  });

  it("leaves in the home's ledger who made its code, that it came in, was confirmed, frozen, let in and ended", async () => {
    const agentId = await pairedAgent();
    await transaction(db, (trx) => freeze(trx, agentId, { why: "Seen in two places.", now: NOW }));
    await handlers["agent.unfreeze"]({ agentId, reason: "A copy was switched off" }, call());
    await transaction(db, (trx) => end(trx, agentId, "hub", "The home let go of us.", NOW));

    const entries = await ledgerOf(siteId);

    const ann = `person:${actor.id}`;
    expect(entries.map(({ event, actor: by }) => [event, by])).toEqual([
      ["agent.pairing_made", ann],
      ["agent.paired", ann],
      ["agent.confirmed", "hub"],
      ["agent.frozen", "hub"],
      ["agent.unfrozen", ann],
      ["agent.ended", "hub"],
    ]);
    for (const { payload } of entries.slice(1))
      expect(payload).toMatchObject({ agentId, fingerprint: "ABCD-EFGH-JKMN" });
    expect(await verifyChain(db, siteId)).toMatchObject({ whole: true });
  });
});
