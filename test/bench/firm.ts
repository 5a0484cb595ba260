import { join } from "node:path";
import type { ClientId, GatewayId, SiteId } from "@caretaker/protocol";
import { openDatabase, transaction } from "@caretaker/server/db/database.ts";
import { newId } from "@caretaker/server/db/new-id.ts";
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
