import { join } from "node:path";
import type { AgentId, ClientId, GatewayId, SiteId } from "@caretaker/protocol";
import { fingerprintOf } from "@caretaker/reach/agent-proof.ts";
import { openDatabase, transaction } from "@caretaker/server/db/database.ts";
import { newId } from "@caretaker/server/db/new-id.ts";
import { hubKey } from "@caretaker/server/secrets/hub-key.ts";
import { openKeyRing } from "@caretaker/server/secrets/key-ring.ts";
import { createVault } from "@caretaker/server/secrets/vault.ts";
import type { FleetHome } from "./fleet-process.ts";

const silent = { info() {}, warn() {}, error() {} };

/** What is written of a home's gateway. */
export interface BenchGateway {
  readonly connector: string;
  readonly address: string;
  readonly config: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** A simulated Home Assistant, as a technician would add it. */
export function homeAssistantOf({ port, token }: FleetHome): BenchGateway {
  const url = `http://127.0.0.1:${port}`;
  return { connector: "home-assistant", address: url, config: { url }, secrets: { token } };
}

/** Writes a site with one gateway for each home; answers the sites in the order of the homes. */
export async function addHomes<H>(
  databaseUrl: string,
  folder: string,
  homes: readonly H[],
  gatewayOf: (home: H) => BenchGateway,
): Promise<SiteId[]> {
  const db = openDatabase({ url: databaseUrl, log: silent });
  const vault = createVault({ db, ring: await openKeyRing(join(folder, "keys.json")) });
  const now = new Date();
  try {
    return await transaction(db, async (trx) => {
      const clientId = newId<ClientId>();
      await trx.insertInto("client").values({ id: clientId, name: "Bench", createdAt: now }).execute();
      const sites: SiteId[] = [];
      for (const [index, home] of homes.entries()) {
        const siteId = newId<SiteId>();
        const id = newId<GatewayId>();
        const { connector, address, config, secrets } = gatewayOf(home);
        await trx
          .insertInto("site")
          .values({ id: siteId, clientId, name: `Home ${index}`, timeZone: "UTC", language: "en", createdAt: now })
          .execute();
        await trx
          .insertInto("gateway")
          .values({
            id,
            siteId,
            connector,
            name: "Gateway",
            config: JSON.stringify(config),
            address,
            reason: JSON.stringify({ code: "connecting" }),
            since: now,
            createdAt: now,
          })
          .execute();
        await vault.seal(trx, `gateway:${id}`, secrets);
        sites.push(siteId);
      }
      return sites;
    });
  } finally {
    await db.destroy();
  }
}

/** Sites without a gateway. */
export async function addSites(databaseUrl: string, count: number): Promise<SiteId[]> {
  const db = openDatabase({ url: databaseUrl, log: silent });
  const now = new Date();
  try {
    const clientId = newId<ClientId>();
    await db.insertInto("client").values({ id: clientId, name: "Bench", createdAt: now }).execute();
    const sites = Array.from({ length: count }, () => newId<SiteId>());
    const rest = { clientId, timeZone: "UTC", language: "en" as const, createdAt: now };
    const rows = sites.map((id, index) => ({ id, name: `Home ${index}`, ...rest }));
    await db.insertInto("site").values(rows).execute();
    return sites;
  } finally {
    await db.destroy();
  }
}

/** Writes a paired agent for each site, which holds the gateways there. Answers the hub's key, which each has pinned. */
export async function addAgents(
  databaseUrl: string,
  folder: string,
  sites: readonly SiteId[],
  keys: readonly string[],
): Promise<string> {
  const db = openDatabase({ url: databaseUrl, log: silent });
  const now = new Date();
  try {
    await db
      .insertInto("firm")
      .values({ name: "Bench", timeZone: "UTC", country: "NL", language: "en", isDemo: false, createdAt: now })
      .execute();
    for (const [index, siteId] of sites.entries()) {
      const id = newId<AgentId>();
      const publicKey = keys[index] ?? "";
      const paired = { status: "paired" as const, version: "0.1.0", pairedAt: now, pairedBy: "hub", confirmedAt: now };
      await db
        .insertInto("agent")
        .values({ id, siteId, publicKey, fingerprint: fingerprintOf(publicKey), lastSeenAt: now, ...paired })
        .execute();
      await db.updateTable("gateway").set({ agentId: id }).where("siteId", "=", siteId).execute();
    }
    const { publicKey } = await hubKey(db, createVault({ db, ring: await openKeyRing(join(folder, "keys.json")) }));
    return publicKey;
  } finally {
    await db.destroy();
  }
}
