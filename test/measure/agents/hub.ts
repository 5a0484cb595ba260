import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { AgentId, ClientId, PersonId, SessionId, SiteId } from "@caretaker/protocol";
import { systemClock } from "@caretaker/protocol";
import { fingerprintOf, makeKey, openKey, type ProofKey } from "@caretaker/reach/agent-proof.ts";
import { createAgents } from "@caretaker/server/agents/agents.ts";
import { agentHandlers } from "@caretaker/server/agents/handlers.ts";
import { createAnnouncements } from "@caretaker/server/announcements.ts";
import { type Database, openDatabase } from "@caretaker/server/db/database.ts";
import { newId } from "@caretaker/server/db/new-id.ts";
import type { MeasuredPostgres } from "../measurement.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };
/** Sealed words are told apart from their row; how well they are sealed is measured nowhere here. */
const sealer = {
  seal: async (words: string) => ({ words }),
  open: async (sealed: object) => (sealed as { words: string }).words,
};

export interface PairedHome {
  readonly siteId: SiteId;
  readonly agentId: AgentId;
  readonly key: ProofKey;
}

/** What a hub has for the agents of homes, on a database, with its real door. */
export interface HubOfAgents {
  readonly db: Database;
  readonly port: number;
  newSite(): Promise<SiteId>;
  /** A home whose agent was paired and confirmed. */
  pairedHome(): Promise<PairedHome>;
  makeCode(siteId: SiteId): Promise<string>;
  /** Who knocks from now on comes from this address, as from another machine. */
  comeFrom(address: string): void;
  close(): Promise<void>;
}

export async function openHubOfAgents(postgres: MeasuredPostgres): Promise<HubOfAgents> {
  const db = openDatabase({ url: postgres.url, log: silent });
  const announcements = createAnnouncements((error) => {
    throw error;
  });
  const server = createServer();
  let address: string | null = null;
  server.on("connection", (socket) => {
    if (address !== null) Object.defineProperty(socket, "remoteAddress", { value: address });
  });
  const agents = createAgents({
    db,
    server,
    clock: systemClock,
    log: silent,
    announcements,
    key: openKey(makeKey()),
    hubId: "measured",
    sealer,
  });
  await agents.start();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const now = new Date();
  await db
    .insertInto("firm")
    .values({ name: "Firm", timeZone: "UTC", country: "NL", language: "en", isDemo: false, createdAt: now })
    .execute();
  const clientId = newId<ClientId>();
  await db.insertInto("client").values({ id: clientId, name: "Lee", createdAt: now }).execute();
  const handlers = agentHandlers({ db, sealer, publicUrl: "https://care.example.com", announcements, agents });
  const actor = {
    kind: "person" as const,
    id: newId<PersonId>(),
    name: "Ann",
    role: "technician" as const,
    sessionId: "s" as SessionId,
    factorAt: null,
  };
  const newSite = async (): Promise<SiteId> => {
    const id = newId<SiteId>();
    await db
      .insertInto("site")
      .values({ id, clientId, name: "Lee house", timeZone: "UTC", language: "en", createdAt: now })
      .execute();
    return id;
  };
  return {
    db,
    port: (server.address() as AddressInfo).port,
    newSite,
    async pairedHome() {
      const [siteId, agentId, key] = [await newSite(), newId<AgentId>(), openKey(makeKey())];
      await db
        .insertInto("agent")
        .values({
          id: agentId,
          siteId,
          publicKey: key.publicKey,
          fingerprint: fingerprintOf(key.publicKey),
          status: "paired",
          version: "0.1.0",
          pairedAt: now,
          pairedBy: `person:${actor.id}`,
          confirmedAt: now,
          lastSeenAt: now,
        })
        .execute();
      return { siteId, agentId, key };
    },
    async makeCode(siteId) {
      const call = { actor, requestId: "r", now: new Date(), signal: new AbortController().signal };
      return (await handlers["agent.pairing.make"]({ siteId }, call)).code;
    },
    comeFrom(next) {
      address = next;
    },
    async close() {
      await agents.close();
      await new Promise((resolve) => server.close(resolve));
      await db.destroy();
    },
  };
}
