import {
  type Actor,
  type AgentId,
  CaretakerError,
  type ChecklistLine,
  type Connector,
  type GatewayId,
  isCapability,
  type SiteId,
  targetsOf,
} from "@caretaker/protocol";
import { z } from "zod";
import { findAgentOf } from "../agents/rows.ts";
import { testThrough } from "../agents/through-agent.ts";
import { type Database, type Trx, transaction } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import type { Call, Handlers } from "../http/handler.ts";
import { actorText } from "../ledger/actor.ts";
import { appendLedger } from "../ledger/append.ts";
import { toGateway } from "../state/shapes.ts";
import {
  addressOf,
  type CredentialVault,
  credentialsOwner,
  openConfig,
  parseConfig,
  refuseKeptSecrets,
  splitConfig,
} from "./credentials.ts";
import { forgetMemories } from "./gateway-memory.ts";
import type { Gateways, GatewaysDeps } from "./gateways.ts";

export type GatewayHandlersDeps = GatewaysDeps & { readonly gateways: Gateways };

type Names =
  | "connector.list"
  | "gateway.test"
  | "gateway.add"
  | "gateway.list"
  | "gateway.remove"
  | "gateway.credentials.replace";

const TEST_WITHIN_SECONDS = 120;

export function gatewayHandlers(deps: GatewayHandlersDeps): Pick<Handlers, Names> {
  const { db, state, vault, connectors, announcements, gateways } = deps;

  const connectorOf = (id: string): Connector => {
    const connector = connectors.find(({ manifest }) => manifest.id === id);
    if (connector !== undefined) return connector;
    throw new CaretakerError("invalid_input", `This hub has no connector called ${id}.`, {
      fields: [{ path: "connector", message: `is not one of ${connectors.map((one) => one.manifest.id).join(", ")}` }],
    });
  };

  return {
    "connector.list": async () => ({ items: connectors.map(describe) }),

    "gateway.test": (request, call) => {
      const connector = connectorOf(request.connector);
      const config = parseConfig(connector, request.config);
      return request.throughAgent === true
        ? checklistAtHome(deps, connector, { config, siteId: request.siteId }, call)
        : checklist(deps, connector, config, call);
    },

    "gateway.add": async ({ siteId, connector: connectorId, name, config: given, throughAgent }, { actor, now }) => {
      const connector = connectorOf(connectorId);
      const config = parseConfig(connector, given);
      const address = addressOf(connector, config);
      const gatewayId = newId<GatewayId>();
      await transaction(db, async (trx) => {
        const site = await lockSite(trx, siteId);
        await refuseTwice(trx, siteId, address);
        const agentId = throughAgent === true ? await confirmedAgentOf(trx, siteId) : null;
        const { open, secrets } = splitConfig(connector, config);
        await trx
          .insertInto("gateway")
          .values({
            id: gatewayId,
            siteId,
            connector: connectorId,
            name,
            config: JSON.stringify(open),
            address,
            reason: JSON.stringify({ code: "connecting" }),
            since: now,
            isSimulated: site.isSimulated,
            agentId,
            createdAt: now,
          })
          .execute();
        await vault.seal(trx, credentialsOwner(gatewayId), secrets);
        const via = agentId === null ? {} : { agentId };
        await enter(trx, siteId, "gateway.added", actor, { gatewayId, name, connector: connectorId, address, ...via });
      });
      const gateway = await gateways.adopt(gatewayId);
      announcements.announce({ type: "gateway.added", siteId, gatewayId });
      return gateway;
    },

    "gateway.list": async ({ siteId }) => {
      const site = state.store.sites.get(siteId);
      if (site === undefined) throw noSite();
      return { items: [...site.gateways.values()].map(toGateway) };
    },

    "gateway.remove": async ({ gatewayId }, { actor, now }) => {
      const siteId = await transaction(db, async (trx) => {
        const row = await lockGateway(trx, gatewayId);
        await trx.updateTable("gateway").set({ removedAt: now }).where("id", "=", gatewayId).execute();
        await trx.deleteFrom("gatewaySnapshot").where("gatewayId", "=", gatewayId).execute();
        await trx.deleteFrom("gatewayInventory").where("gatewayId", "=", gatewayId).execute();
        await vault.destroy(trx, credentialsOwner(gatewayId));
        await forgetMemories(trx, [gatewayId]);
        const { name, connector, address } = row;
        await enter(trx, row.siteId as SiteId, "gateway.removed", actor, { gatewayId, name, connector, address });
        return row.siteId as SiteId;
      });
      await gateways.release(gatewayId);
      announcements.announce({ type: "gateway.removed", siteId, gatewayId });
      return {};
    },

    "gateway.credentials.replace": async ({ gatewayId, config: given }, { actor }) => {
      const siteId = await transaction(db, (trx) =>
        replaceCredentials(trx, { vault, connectorOf, gatewayId, given, actor }),
      );
      const gateway = await gateways.restart(gatewayId);
      announcements.announce({ type: "gateway.credentials_replaced", siteId, gatewayId });
      return gateway;
    },
  };
}

function describe({ manifest }: Connector) {
  const { $schema: _, ...config } = z.toJSONSchema(manifest.config, { io: "input" });
  const capabilities = Object.keys(manifest.capabilities).filter(isCapability);
  return { id: manifest.id, name: manifest.name, config, secrets: [...manifest.secrets], capabilities };
}

/** The connector's own check, with a dialer that knows the places of this gateway, stopped when the caller leaves. */
async function* checklist(
  { gateways, clock, log }: GatewayHandlersDeps,
  connector: Connector,
  config: Readonly<Record<string, unknown>>,
  call: Call,
): AsyncGenerator<ChecklistLine> {
  const dialer = gateways.dialerFor(targetsOf(connector, config));
  const began = clock.monotonic();
  for await (const line of connector.test(config, { dialer, clock, log, emit: () => {} })) {
    if (call.signal.aborted) return;
    yield line;
    if (clock.monotonic() - began > TEST_WITHIN_SECONDS * 1000)
      throw new CaretakerError("gateway_timeout", `The check did not end within ${TEST_WITHIN_SECONDS} s.`);
  }
}

/** The same check, walked by the agent in the home: it goes only where its home lets it. */
async function* checklistAtHome(
  { db, linkOf }: GatewayHandlersDeps,
  connector: Connector,
  { config, siteId }: { readonly config: Readonly<Record<string, unknown>>; readonly siteId: SiteId },
  call: Call,
): AsyncGenerator<ChecklistLine> {
  const agentId = await confirmedAgentOf(db, siteId);
  for await (const line of testThrough(connector, config, () => linkOf?.(agentId) ?? null)) {
    if (call.signal.aborted) return;
    yield line;
  }
}

/** @throws CaretakerError `conflict` where the site has no agent, or its home has not said yet that we are its installer. */
async function confirmedAgentOf(db: Database | Trx, siteId: SiteId): Promise<AgentId> {
  const agent = await findAgentOf(db, siteId);
  if (agent === undefined)
    throw new CaretakerError("conflict", "This site has no agent. Pair one first, or add the gateway without it.");
  if (agent.status === "waiting")
    throw new CaretakerError(
      "conflict",
      "The home has not confirmed its agent yet. Somebody there does so on the agent's page, then try again.",
    );
  return agent.id as AgentId;
}

interface Replacement {
  readonly vault: CredentialVault;
  readonly connectorOf: (id: string) => Connector;
  readonly gatewayId: GatewayId;
  readonly given: Readonly<Record<string, unknown>>;
  readonly actor: Actor;
}

/** What is not given stays as it is, and null takes a field away; but no secret stays where another setting changes. */
async function replaceCredentials(
  trx: Trx,
  { vault, connectorOf, gatewayId, given, actor }: Replacement,
): Promise<SiteId> {
  const row = await lockGateway(trx, gatewayId);
  const connector = connectorOf(row.connector);
  const kept = await openConfig(vault, connector, gatewayId, row.config).catch(() => row.config);
  const merged = Object.entries({ ...kept, ...given }).filter(([, value]) => value !== null);
  const config = parseConfig(connector, Object.fromEntries(merged));
  refuseKeptSecrets(connector, kept, given, config);
  const { open, secrets } = splitConfig(connector, config);
  const address = addressOf(connector, config);
  await trx
    .updateTable("gateway")
    .set({ config: JSON.stringify(open), address, acceptedAt: null })
    .where("id", "=", gatewayId)
    .execute();
  await vault.seal(trx, credentialsOwner(gatewayId), secrets);
  const siteId = row.siteId as SiteId;
  await enter(trx, siteId, "gateway.credentials_replaced", actor, {
    gatewayId,
    name: row.name,
    address,
    changed: Object.keys(given).sort(),
  });
  return siteId;
}

async function lockSite(trx: Trx, siteId: SiteId): Promise<{ isSimulated: boolean }> {
  const site = await trx
    .selectFrom("site")
    .select("isSimulated")
    .where("id", "=", siteId)
    .where("removedAt", "is", null)
    .forUpdate()
    .executeTakeFirst();
  if (site === undefined) throw noSite();
  return site;
}

async function lockGateway(trx: Trx, gatewayId: GatewayId) {
  const row = await trx
    .selectFrom("gateway")
    .selectAll()
    .where("id", "=", gatewayId)
    .where("removedAt", "is", null)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) throw new CaretakerError("not_found", "There is no such gateway.");
  return row;
}

async function refuseTwice(trx: Trx, siteId: SiteId, address: string): Promise<void> {
  const same = await trx
    .selectFrom("gateway")
    .select("name")
    .where("siteId", "=", siteId)
    .where("address", "=", address)
    .where("removedAt", "is", null)
    .executeTakeFirst();
  if (same !== undefined)
    throw new CaretakerError(
      "conflict",
      `${same.name} of this site is already at ${address}. Replace its credentials instead.`,
    );
}

function enter(
  trx: Trx,
  siteId: SiteId,
  event: "gateway.added" | "gateway.removed" | "gateway.credentials_replaced",
  actor: Actor,
  payload: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  return appendLedger(trx, { chain: siteId, event, actor: actorText(actor), payload });
}

function noSite(): CaretakerError {
  return new CaretakerError("not_found", "There is no such site.");
}
