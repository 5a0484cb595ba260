import { CaretakerError, type Connector, type ConnectorLog, type GatewayId } from "@caretaker/protocol";
import type { Database } from "../db/database.ts";
import type { HubState } from "../state/state.ts";
import { type CredentialVault, openConfig, openConfigs, parseConfig } from "./credentials.ts";

interface StoredDeps {
  readonly db: Database;
  readonly vault: CredentialVault;
  readonly log: ConnectorLog;
}

/** What some gateways need before they are connected to: their configurations, and what is known of their homes. */
export async function readToBegin(deps: StoredDeps & { readonly state: HubState }, ids: readonly GatewayId[]) {
  if (ids.length === 0) return new Map<GatewayId, Readonly<Record<string, unknown>>>();
  const [configs] = await Promise.all([readTogether(deps, ids), deps.state.fill(ids)]);
  return configs;
}

/** Where that fails each gateway reads its own, and says what is wrong with it. */
function readTogether({ db, vault, log }: StoredDeps, ids: readonly GatewayId[]) {
  return openConfigs(db, vault, ids).catch((error: unknown) => {
    log.warn({ error }, "The credentials of several gateways could not be opened together.");
    return new Map<GatewayId, Readonly<Record<string, unknown>>>();
  });
}

export async function storedConfig({ db, vault }: StoredDeps, connector: Connector, id: GatewayId): Promise<unknown> {
  return parseConfig(connector, await openConfig(vault, connector, id, await openPartOf(db, id)));
}

/** What is stored of it in the open: all but its secrets. */
export async function openPartOf(db: Database, id: GatewayId): Promise<Readonly<Record<string, unknown>>> {
  const row = await db.selectFrom("gateway").select("config").where("id", "=", id).executeTakeFirst();
  if (row === undefined) throw new CaretakerError("not_found", "There is no such gateway.");
  return row.config;
}
