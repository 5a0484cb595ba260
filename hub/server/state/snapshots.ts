import type { AttributeValue, AvailabilityValue, Clock, GatewayId } from "@caretaker/protocol";
import { sql } from "kysely";
import type { Database } from "../db/database.ts";
import { recount } from "./apply.ts";
import { type GatewayRecord, NO_ATTRIBUTES } from "./records.ts";
import { shownReason } from "./shown-reason.ts";

type SavedEntity = readonly [
  availability: AvailabilityValue,
  state: string | null,
  since: number,
  reportedAt: number,
  attributes?: Record<string, AttributeValue>,
];
type SavedIntegration = readonly [state: string, reason: string | null, needsSignIn: boolean, isDisabled: boolean];

/** The last known state of a gateway, so that it can be shown as stale after the hub or the gateway went away. */
export interface Saved {
  readonly entities: Readonly<Record<string, SavedEntity>>;
  readonly integrations: Readonly<Record<string, SavedIntegration>>;
}

export function save(gateway: GatewayRecord): Saved {
  const entities: Record<string, SavedEntity> = {};
  for (const entity of gateway.byKey.values()) {
    const { availability, state, since, reportedAt, attributes } = entity;
    // Nothing of a hidden entity is written down, even while a grant lets us see it.
    if (entity.isHidden) entities[entity.id] = [availability, null, since, reportedAt];
    else if (attributes === NO_ATTRIBUTES) entities[entity.id] = [availability, state, since, reportedAt];
    else entities[entity.id] = [availability, state, since, reportedAt, attributes];
  }
  const integrations: Record<string, SavedIntegration> = {};
  for (const integration of gateway.integrations.values()) {
    const { id, state, reason, needsSignIn, isDisabled } = integration;
    const kept = shownReason(integration) === reason ? reason : null;
    integrations[id] = [state, kept, needsSignIn, isDisabled];
  }
  return { entities, integrations };
}

export function restore(gateway: GatewayRecord, saved: Saved): void {
  for (const entity of gateway.byKey.values()) {
    const known = saved.entities[entity.id];
    if (known === undefined) continue;
    const [availability, state, since, reportedAt, attributes = NO_ATTRIBUTES] = known;
    entity.availability = availability;
    entity.since = since;
    entity.reportedAt = reportedAt;
    if (entity.isHidden) continue;
    entity.state = state;
    entity.attributes = attributes;
  }
  for (const integration of gateway.integrations.values()) {
    const known = saved.integrations[integration.id];
    if (known === undefined) continue;
    [integration.state, integration.reason, integration.needsSignIn, integration.isDisabled] = known;
  }
  recount(gateway);
}

export async function loadSnapshots(db: Database, gatewayIds: readonly GatewayId[]): Promise<Map<GatewayId, Saved>> {
  const rows = await db
    .selectFrom("gatewaySnapshot")
    .select(["gatewayId", "states"])
    .where("gatewayId", "in", [...gatewayIds])
    .execute();
  return new Map(rows.map((row) => [row.gatewayId as GatewayId, row.states as Saved]));
}

const PER_STATEMENT = 20;

/** Writes those that changed, a few at a time, so that neither the hub nor the database holds its breath. */
export async function saveSnapshots(db: Database, gateways: Iterable<GatewayRecord>, clock: Clock): Promise<void> {
  const unsaved = [...gateways].filter((gateway) => gateway.isUnsaved);
  for (let from = 0; from < unsaved.length; from += PER_STATEMENT) {
    const batch = unsaved.slice(from, from + PER_STATEMENT);
    const takenAt = clock.now();
    const rows = batch.map((gateway) => {
      gateway.isUnsaved = false;
      return { gatewayId: gateway.facts.id, takenAt, states: JSON.stringify(save(gateway)) };
    });
    await db
      .insertInto("gatewaySnapshot")
      .values(rows)
      .onConflict((conflict) =>
        conflict.column("gatewayId").doUpdateSet({ takenAt: sql`excluded.taken_at`, states: sql`excluded.states` }),
      )
      .execute()
      .catch((error: unknown) => {
        for (const gateway of batch) gateway.isUnsaved = true;
        throw error;
      });
  }
}
