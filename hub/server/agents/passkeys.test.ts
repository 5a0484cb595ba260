import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createTestClock, type TestClock } from "@caretaker/kit";
import {
  type AgentPolicy,
  CaretakerError,
  type HubMessage,
  type PasskeyAsk,
  type PersonId,
  type SessionId,
  type SiteId,
  systemClock,
} from "@caretaker/protocol";
import { makeKey, openKey, passkeyLookup } from "@caretaker/reach/agent-proof.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createAnnouncements } from "../announcements.ts";
import { buildHome, createTestConsent, type TestConsent, type TestHome } from "../consent/test-helpers.ts";
import type { Database } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { listEntries } from "../ledger/read.ts";
import { type Agents, createAgents } from "./agents.ts";
import { takeWhatAgentsSay } from "./answers.ts";
import { agentHandlers } from "./handlers.ts";
import { passkeyHandlers, takesPasskeys } from "./passkeys.ts";
import { knock, type TestAgent } from "./test-agent.ts";

const POLICY: AgentPolicy = { hubAlone: "quiet", stoppedAt: null, stoppedBy: null, isConfirmed: true, places: [] };
const CODE = "7KQM-2F9D-XW3A";
const CREDENTIAL = { id: "aa", clientDataJSON: "aa", authenticatorData: "aa", signature: "aa" };
const CHALLENGE = {
  origin: "https://care.example.org",
  rpId: "care.example.org",
  challenge: "c".repeat(43),
  credentials: ["aa"],
};
const call = {
  actor: { kind: "stranger" as const },
  requestId: "r",
  now: new Date(),
  signal: new AbortController().signal,
};
const sealer = {
  seal: async (words: string) => ({ words }),
  open: async (sealed: object) => (sealed as { words: string }).words,
};

type Answer = (ask: PasskeyAsk) => object | CaretakerError | null;

let database: TestDatabase;
let db: Database;
let server: Server;
let agents: Agents;
let consent: TestConsent;
let clock: TestClock;
let home: TestHome;
let line: TestAgent;
let heard: HubMessage[];
let answers: Answer;

beforeEach(async () => {
  database = await testDatabase();
  db = database.db;
  server = createServer();
  clock = createTestClock();
  const announcements = createAnnouncements(() => {});
  const log = { info() {}, warn() {}, error() {}, debug() {} } as never;
  agents = createAgents({
    hubId: "this",
    db,
    server,
    clock: systemClock,
    log,
    announcements,
    key: openKey(makeKey()),
    sealer,
  });
  consent = createTestConsent(db, { takesPasskeys: (siteId) => takesPasskeys(agents, siteId, CHALLENGE.origin) });
  takeWhatAgentsSay(agents, { consent, help: undefined as never, log });
  await agents.start();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  home = await buildHome(db);
  heard = [];
  answers = () => null;
  line = await comeIn(home.siteId);
});
afterEach(async () => {
  line.socket.terminate();
  await agents.close();
  await new Promise((resolve) => server.close(resolve));
  await database.drop();
});

const handlers = () => passkeyHandlers({ db, clock, agents, consent });

/** An agent that is paired with this site and holds its gateway. It answers what it is asked as `answers` says. */
async function comeIn(siteId: SiteId): Promise<TestAgent> {
  const key = openKey(makeKey());
  const announcements = createAnnouncements(() => {});
  const pairing = agentHandlers({ db, sealer, publicUrl: "https://care.example.org", announcements, agents });
  const person = { kind: "person", id: newId<PersonId>(), name: "Ann", role: "technician" } as const;
  const actor = { ...person, sessionId: "s" as SessionId, factorAt: null };
  const { code } = await pairing["agent.pairing.make"]({ siteId }, { ...call, actor });
  const agent = await knock((server.address() as AddressInfo).port, key, code, (message) => {
    heard.push(message);
    if (message.kind !== "ask") return;
    const answer = answers(message.ask as PasskeyAsk);
    if (answer instanceof CaretakerError) agent.say({ kind: "failed", id: message.id, error: answer.report() });
    else if (answer !== null) agent.say({ kind: "answer", id: message.id, value: answer });
  });
  const { id } = await db.selectFrom("agent").select("id").executeTakeFirstOrThrow();
  await db.updateTable("gateway").set({ agentId: id }).where("siteId", "=", siteId).execute();
  return agent;
}

async function says(policy: Partial<AgentPolicy> = {}, said: object = { count: 1, link: null }): Promise<void> {
  line.say({ kind: "policy", policy: { ...POLICY, ...policy } });
  line.say({ kind: "passkeys", origin: CHALLENGE.origin, ...said });
  await expect.poll(() => agents.withPasskeys().at(-1)?.policy?.isConfirmed).toBe(true);
}

const asked = () => consent.askAndGetToken(home);
const isOffered = async (token: string): Promise<boolean> => (await consent.link.view(token)).takesPasskey;

describe("a passkey on the question's page", () => {
  it("is offered where the agent in the home wants a yes of its own and knows a passkey", async () => {
    const { token } = await asked();
    expect(await isOffered(token)).toBe(false);

    await says();

    expect(await isOffered(token)).toBe(true);
    line.socket.terminate();
    await expect.poll(() => isOffered(token)).toBe(false);
  });

  it.each<[string, Partial<AgentPolicy>, object]>([
    ["where the home takes the hub's word for everything", { hubAlone: "all" }, { count: 1, link: null }],
    ["where everything is stopped", { stoppedAt: "2026-11-28T10:00:00.000Z" }, { count: 1, link: null }],
    ["where nobody has made one", {}, { count: 0, link: null }],
    ["where they were made at another address", {}, { count: 1, link: null, origin: "https://inside.example.org" }],
  ])("is not offered %s", async (_, policy, said) => {
    await says(policy, said);
    const { token } = await asked();

    expect(await isOffered(token)).toBe(false);
    await expect(handlers()["consent.passkey.challenge"]({ token }, call)).rejects.toMatchObject({
      code: "not_available_here",
    });
  });

  it("is not offered for a gateway that the hub reaches itself", async () => {
    await says();
    await db.updateTable("gateway").set({ agentId: null }).execute();

    expect(await isOffered((await asked()).token)).toBe(false);
  });

  it("is never spoken of to an agent that is one version behind, which goes on as it did", async () => {
    const { token, requestId } = await asked();
    line.say({ kind: "policy", policy: POLICY });
    await expect.poll(() => db.selectFrom("agent").select("status").executeTakeFirst()).toEqual({ status: "paired" });

    await expect(handlers()["consent.passkey.challenge"]({ token }, call)).rejects.toMatchObject({
      code: "not_available_here",
    });
    const { digest } = await db.selectFrom("consentRequest").select("digest").executeTakeFirstOrThrow();
    line.say({ kind: "answered", requestId, digest, answer: "allow", way: "agent_page" });

    await expect.poll(async () => (await consent.link.view(token)).status).toBe("allowed");
    expect(heard.map(({ kind }) => kind)).toEqual(["knows"]);
  });

  it("carries what is to be signed, and writes the agent's word down as the strongest yes there is", async () => {
    await says();
    const { token, requestId } = await asked();
    const carried: PasskeyAsk[] = [];
    answers = (ask) => {
      carried.push(ask);
      return ask.what === "passkey_challenge" ? CHALLENGE : { code: CODE };
    };

    const challenge = await handlers()["consent.passkey.challenge"]({ token }, call);
    const { proposalCode } = await consent.link.view(token);
    const view = await handlers()["consent.passkey.allow"]({ token, proposalCode, credential: CREDENTIAL }, call);

    expect(challenge).toEqual(CHALLENGE);
    const { digest } = await db.selectFrom("consentRequest").select("digest").executeTakeFirstOrThrow();
    expect(carried).toEqual([
      { what: "passkey_challenge", requestId, digest },
      { what: "passkey_yes", requestId, digest, credential: CREDENTIAL },
    ]);
    expect(view).toMatchObject({ status: "allowed", canStop: true, takesPasskey: false });
    const [entry] = await listEntries(db, { chain: home.siteId, before: undefined, limit: 1 });
    expect(entry).toMatchObject({
      event: "consent.allowed",
      payload: { channel: "passkey", grade: "A", passkey: CODE, digest },
    });
  });

  it("is offered after a plain yes while the run waits for the home's own, and no longer than that", async () => {
    await says();
    const { token, requestId } = await asked();
    const { proposalCode } = await consent.link.view(token);
    await consent.link.answer({ token, answer: "allow", proposalCode });
    expect(await isOffered(token)).toBe(false);
    await expect(handlers()["consent.passkey.challenge"]({ token }, call)).rejects.toMatchObject({
      code: "already_done",
    });
    const waitsFor = (question: string | null) =>
      db
        .updateTable("run")
        .set({ status: "waiting_for_consent", memory: JSON.stringify({ question }) })
        .execute();
    answers = (ask) => (ask.what === "passkey_challenge" ? CHALLENGE : { code: CODE });

    await waitsFor(newId<string>());
    expect(await isOffered(token)).toBe(false);
    await waitsFor(requestId);
    expect(await consent.link.view(token)).toMatchObject({ status: "allowed", canAnswer: false, takesPasskey: true });
    expect(await handlers()["consent.passkey.challenge"]({ token }, call)).toEqual(CHALLENGE);
    const view = await handlers()["consent.passkey.allow"]({ token, proposalCode, credential: CREDENTIAL }, call);

    expect(view).toMatchObject({ status: "allowed", takesPasskey: false });
    const [entry] = await listEntries(db, { chain: home.siteId, before: undefined, limit: 1 });
    expect(entry).toMatchObject({ event: "consent.allowed", payload: { grade: "A", passkey: CODE, isSecond: true } });
  });

  it("is not offered after a plain yes to somebody who may not allow it any more", async () => {
    await says();
    const { token, requestId } = await asked();
    const { proposalCode } = await consent.link.view(token);
    await consent.link.answer({ token, answer: "allow", proposalCode });
    const memory = JSON.stringify({ question: requestId });
    await db.updateTable("run").set({ status: "waiting_for_consent", memory }).execute();
    expect(await isOffered(token)).toBe(true);

    await db.updateTable("contact").set({ removedAt: new Date() }).execute();

    expect(await isOffered(token)).toBe(false);
  });

  it.each([
    ["does not accept it", new CaretakerError("not_allowed", "No."), "not_allowed"],
    ["has not heard of the question", new CaretakerError("not_found", "What?"), "conflict"],
    ["answers something else", { yes: true }, undefined],
  ])("allows nothing where the agent %s", async (_, answer, code) => {
    await says();
    const { token } = await asked();
    const { proposalCode } = await consent.link.view(token);
    answers = () => answer;

    const said = handlers()["consent.passkey.allow"]({ token, proposalCode, credential: CREDENTIAL }, call);

    await expect(said).rejects.toMatchObject(code === undefined ? {} : { code });
    expect(await consent.link.view(token)).toMatchObject({ status: "asked", takesPasskey: true });
  });

  it("says so within ten seconds where the agent does not answer, or its line is lost", async () => {
    await says();
    const { token } = await asked();
    const challenge = handlers()["consent.passkey.challenge"];
    const waiting = challenge({ token }, call);
    const late = expect(waiting).rejects.toMatchObject({ code: "gateway_timeout" });
    await expect.poll(() => heard.some(({ kind }) => kind === "ask")).toBe(true);
    await clock.forward("10s");
    await late;

    const lost = expect(challenge({ token }, call)).rejects.toMatchObject({ code: "gateway_lost" });
    await expect.poll(() => heard.filter(({ kind }) => kind === "ask").length).toBe(2);
    line.socket.terminate();
    await lost;
  });

  it("is not asked of the agent for a question that cannot be answered, or was read otherwise", async () => {
    await says();
    const { token } = await asked();
    answers = () => ({ code: CODE });
    const allow = (proposalCode: string) =>
      handlers()["consent.passkey.allow"]({ token, proposalCode, credential: CREDENTIAL }, call);
    const { proposalCode } = await consent.link.view(token);

    await expect(allow("0000-0000")).rejects.toMatchObject({ code: "changed_meanwhile" });
    await consent.link.answer({ token, answer: "no", proposalCode });
    await expect(allow(proposalCode)).rejects.toMatchObject({ code: "already_done" });

    expect(heard.filter(({ kind }) => kind === "ask")).toEqual([]);
  });
});

describe("a passkey's link", () => {
  const token = randomBytes(24).toString("base64url");
  const lookup = passkeyLookup(token);
  const soon = () => new Date(Date.now() + 60_000).toISOString();
  const offer = {
    ...{ state: "open", name: "Phone", origin: CHALLENGE.origin, rpId: CHALLENGE.rpId, challenge: CHALLENGE.challenge },
    ...{ userId: "u".repeat(43), known: [], code: null },
  };

  it("leads to the agent that told the hub of it, with the names of firm and home", async () => {
    await says({}, { count: 0, link: { lookup, expiresAt: soon() } });
    answers = ({ what }) => (what === "passkey_made" ? { ...offer, state: "made", code: CODE } : offer);
    const credential = { id: "aa", clientDataJSON: "aa", attestationObject: "aa" };

    const view = await handlers()["passkey.view"]({ token }, call);
    const made = await handlers()["passkey.make"]({ token, credential }, call);

    expect(view).toMatchObject({ language: "en", home: "Canal house", firm: { name: "Bright Homes" }, offer });
    expect(made.offer).toMatchObject({ state: "made", code: CODE });
    expect(heard.flatMap((one) => (one.kind === "ask" ? [one.ask] : []))).toEqual([
      { what: "passkey_offer", token },
      { what: "passkey_made", token, credential },
    ]);
  });

  it.each([
    ["was guessed", () => ({ lookup: "l".repeat(43), expiresAt: soon() })],
    ["is too old", () => ({ lookup, expiresAt: new Date(Date.now() - 1).toISOString() })],
    ["was ended", () => null],
  ])("leads nowhere where it %s, and no agent hears of it", async (_, link) => {
    await says({}, { count: 0, link: link() });

    await expect(handlers()["passkey.view"]({ token }, call)).rejects.toMatchObject({ code: "not_found" });

    expect(heard.filter(({ kind }) => kind === "ask")).toEqual([]);
  });
});
