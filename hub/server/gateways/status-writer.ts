import {
  type Clock,
  type GatewayId,
  type GatewayState,
  LINK_LOST_AFTER_SECONDS,
  type Reason,
} from "@caretaker/protocol";
import { sql } from "kysely";
import type { Announcements } from "../announcements.ts";
import { type Database, transaction } from "../db/database.ts";
import { appendLedger } from "../ledger/append.ts";
import type { GatewayRecord } from "../state/records.ts";

export interface StatusWriterDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly announcements: Announcements;
  readonly log: { warn(fields: object, message: string): void };
}

interface Turn {
  readonly at: Date;
  readonly state: GatewayState;
  readonly reason: Reason;
}

const SOON = 250;
const AGAIN = 5000;
const SEEN_EVERY = 60_000;
const LOST_AFTER = `${LINK_LOST_AFTER_SECONDS} seconds`;

/**
 * Writes how gateways are doing, in batches: after a restart of the hub five hundred come back at once. What is not
 * written yet is kept while the database is away.
 */
export class StatusWriter {
  readonly #deps: StatusWriterDeps;
  readonly #changed = new Set<GatewayRecord>();
  readonly #turns = new Map<GatewayRecord, Turn[]>();
  readonly #withdrawn = new Set<GatewayRecord>();
  /** Those last written as online by this hub: until a moment ago their link was up. */
  readonly #wasUp = new WeakSet<GatewayRecord>();
  #cancel: (() => void) | null = null;
  #cancelSeen: (() => void) | null = null;
  #writing: Promise<void> = Promise.resolve();

  constructor(deps: StatusWriterDeps) {
    this.#deps = deps;
  }

  /** The state turned into another: goes into the history too. */
  turned(gateway: GatewayRecord): void {
    const { state, reason, since } = gateway.status;
    const turns = this.#turns.get(gateway) ?? [];
    this.#turns.set(gateway, [...turns, { at: new Date(since), state, reason }]);
    if (state === "access_withdrawn") this.#withdrawn.add(gateway);
    this.changed(gateway);
  }

  changed(gateway: GatewayRecord): void {
    this.#changed.add(gateway);
    this.#cancel ??= this.#deps.clock.after(SOON, () => this.#start());
  }

  forget(gateway: GatewayRecord): void {
    this.#changed.delete(gateway);
    this.#turns.delete(gateway);
    this.#withdrawn.delete(gateway);
  }

  /** When each was last heard is written once a minute, for the day on which the hub itself is away. */
  keepSeen(gateways: () => Iterable<GatewayRecord>): void {
    this.#cancelSeen = this.#deps.clock.after(SEEN_EVERY, () => {
      for (const gateway of gateways()) if (gateway.status.state === "online") this.changed(gateway);
      this.keepSeen(gateways);
    });
  }

  async close(): Promise<void> {
    this.#cancel?.();
    this.#cancelSeen?.();
    await this.#writing;
    await this.#write().catch(() => {});
    this.#cancel?.();
  }

  #start(): void {
    this.#cancel = null;
    this.#writing = this.#writing
      .then(() => this.#write())
      .catch((error: unknown) => {
        this.#deps.log.warn({ error }, "How gateways are doing could not be written; it is tried again in 5 s.");
        this.#cancel ??= this.#deps.clock.after(AGAIN, () => this.#start());
      });
  }

  async #write(): Promise<void> {
    const gateways = [...this.#changed];
    if (gateways.length === 0) return;
    const turns = new Map(gateways.map((gateway) => [gateway, this.#turns.get(gateway) ?? []]));
    const withdrawn = gateways.filter((gateway) => this.#withdrawn.has(gateway));
    await transaction(this.#deps.db, async (trx) => {
      await sql`
        update gateway set state = now.state, reason = now.reason, since = now.since, last_seen_at = now.last_seen_at,
          software_version = now.software_version, is_admin = now.is_admin, accepted_at = now.accepted_at,
          link_seen_at = case when now.is_up then clock_timestamp() else gateway.link_seen_at end,
          link_lost_at = case when now.is_up and gateway.link_seen_at + ${LOST_AFTER}::interval < clock_timestamp()
            then gateway.link_seen_at + ${LOST_AFTER}::interval else gateway.link_lost_at end
        from jsonb_to_recordset(${JSON.stringify(gateways.map((gateway) => this.#columnsOf(gateway)))}::jsonb) as now(
          id uuid, state text, reason jsonb, since timestamptz, last_seen_at timestamptz, software_version text, is_admin boolean, accepted_at timestamptz, is_up boolean)
        where gateway.id = now.id and gateway.removed_at is null`.execute(trx);
      const history = gateways.flatMap((gateway) =>
        (turns.get(gateway) ?? []).map(({ at, state, reason }) => ({
          gatewayId: gateway.facts.id,
          at,
          state,
          reason: JSON.stringify(reason),
        })),
      );
      if (history.length > 0) await trx.insertInto("gatewayHistory").values(history).execute();
      for (const gateway of withdrawn) await this.#enterWithdrawal(trx, gateway);
    });
    this.#written(gateways, turns, withdrawn);
  }

  #columnsOf(gateway: GatewayRecord): Record<string, unknown> {
    const isUp = gateway.status.state === "online" || this.#wasUp.has(gateway);
    return { ...columnsOf(gateway), is_up: isUp };
  }

  /** The homeowner took our access back: that is said in the ledger of the home. */
  async #enterWithdrawal(trx: Parameters<typeof appendLedger>[0], { facts, site }: GatewayRecord): Promise<void> {
    await appendLedger(trx, {
      chain: site.facts.id,
      event: "gateway.access_withdrawn",
      actor: "hub",
      payload: { gatewayId: facts.id, name: facts.name, connector: facts.connector },
    });
  }

  #written(
    gateways: readonly GatewayRecord[],
    turns: ReadonlyMap<GatewayRecord, readonly Turn[]>,
    withdrawn: readonly GatewayRecord[],
  ): void {
    for (const gateway of gateways) {
      if (gateway.status.state === "online") this.#wasUp.add(gateway);
      else this.#wasUp.delete(gateway);
      const rest = (this.#turns.get(gateway) ?? []).slice(turns.get(gateway)?.length ?? 0);
      if (rest.length === 0) this.#turns.delete(gateway);
      else this.#turns.set(gateway, rest);
      if (rest.length === 0) this.#changed.delete(gateway);
    }
    for (const gateway of withdrawn) {
      this.#withdrawn.delete(gateway);
      const { site, facts } = gateway;
      this.#deps.announcements.announce({
        type: "gateway.access_withdrawn",
        siteId: site.facts.id,
        gatewayId: facts.id as GatewayId,
      });
    }
  }
}

function columnsOf({ facts, status }: GatewayRecord): Record<string, unknown> {
  return {
    id: facts.id,
    state: status.state,
    reason: status.reason,
    since: new Date(status.since),
    last_seen_at: status.lastSeenAt === 0 ? null : new Date(status.lastSeenAt),
    accepted_at: status.acceptedAt === null ? null : new Date(status.acceptedAt),
    software_version: status.version,
    is_admin: status.isAdmin,
  };
}
