import type { ConnectorLog, GatewayId } from "@caretaker/protocol";
import type { Announcements } from "../announcements.ts";
import type { Database } from "../db/database.ts";

export interface FollowDeps {
  readonly db: Database;
  readonly announcements: Announcements;
  readonly log: ConnectorLog;
  /** Those that this hub has, and of them those that it could take up. */
  readonly known: ReadonlyMap<GatewayId, unknown>;
  readonly kept: ReadonlyMap<GatewayId, unknown>;
  readonly adopt: (gatewayId: GatewayId) => Promise<unknown>;
  readonly restart: (gatewayId: GatewayId) => Promise<unknown>;
  readonly release: (gatewayId: GatewayId) => Promise<unknown>;
}

export interface Follower {
  /** What is done is done when this resolves, and nothing is begun any more. */
  stop(): Promise<void>;
}

/**
 * Does with gateways what another hub on the database said that it did: takes them up, lets them go, begins them anew. What
 * is stored counts and not what was said, so it may be said late, twice or in another order.
 */
export function followOthers({ db, announcements, log, ...own }: FollowDeps): Follower {
  const turns = new Map<GatewayId, Promise<void>>();
  let isOver = false;

  /** One after the other of the same gateway: what is read first is never done last. */
  const inTurn = (gatewayId: GatewayId, work: () => Promise<unknown>): void => {
    const turn = (turns.get(gatewayId) ?? Promise.resolve())
      .then(async () => void (isOver || (await work())))
      .catch((error: unknown) =>
        log.warn({ error, gatewayId }, "What another hub did with a gateway was not done here."),
      )
      .finally(() => void (turns.get(gatewayId) === turn && turns.delete(gatewayId)));
    turns.set(gatewayId, turn);
  };

  const follow = async (gatewayId: GatewayId, isOther: boolean): Promise<void> => {
    const stored = await storedGateways(db, gatewayId);
    if (isOver) return;
    if (!stored.has(gatewayId)) await own.release(gatewayId);
    else if (!own.kept.has(gatewayId)) await own.adopt(gatewayId);
    else if (isOther) await own.restart(gatewayId);
  };

  const followAll = async (): Promise<void> => {
    const stored = await storedGateways(db);
    // What differs is looked at once more when it has its turn.
    for (const gatewayId of new Set([...stored, ...own.known.keys()]))
      if (stored.has(gatewayId) !== own.known.has(gatewayId)) inTurn(gatewayId, () => follow(gatewayId, false));
  };

  const stops = [
    announcements.on("gateway.told", ({ gatewayId, said }) => {
      const isOther = said === "gateway.credentials_replaced" || said === "gateway.moved";
      inTurn(gatewayId, () => follow(gatewayId, isOther));
    }),
    announcements.on("gateway.moved", ({ gatewayId }) => inTurn(gatewayId, () => follow(gatewayId, true))),
    announcements.on("others.missed", () => lookAtAll()),
  ];
  let looking: Promise<void> = Promise.resolve();
  const lookAtAll = (): void => {
    looking = followAll().catch((error: unknown) =>
      log.warn({ error }, "Which gateways there are could not be read. What other hubs say next is followed."),
    );
  };

  return {
    async stop() {
      isOver = true;
      for (const stop of stops) stop();
      await looking;
      await Promise.all(turns.values());
    },
  };
}

async function storedGateways(db: Database, gatewayId?: GatewayId): Promise<ReadonlySet<GatewayId>> {
  const rows = await db
    .selectFrom("gateway")
    .innerJoin("site", "site.id", "gateway.siteId")
    .select("gateway.id")
    .where("gateway.removedAt", "is", null)
    .where("site.removedAt", "is", null)
    .$if(gatewayId !== undefined, (query) => query.where("gateway.id", "=", gatewayId as string))
    .execute();
  return new Set(rows.map(({ id }) => id as GatewayId));
}
