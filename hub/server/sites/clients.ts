import { CaretakerError, type Client, type ClientDetails, ClientId, type SiteId } from "@caretaker/protocol";
import type { Selectable } from "kysely";
import { type Database, type Trx, transaction } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import type { Tables } from "../db/tables.ts";
import type { Call, Handlers } from "../http/handler.ts";
import { actorText } from "../ledger/actor.ts";
import { appendLedger } from "../ledger/append.ts";
import { GONE } from "../privacy/personal-words.ts";
import { changedMeanwhile } from "./changed-meanwhile.ts";
import type { SitesDeps } from "./deps.ts";
import { decodeCursor, like, toPage } from "./paging.ts";

type Names = "client.create" | "client.list" | "client.get" | "client.update";
type ClientRow = Selectable<Tables["client"]>;

const DAY = 24 * 3_600_000;

export function clientHandlers(deps: SitesDeps): Pick<Handlers, Names> {
  const { db, announcements } = deps;
  return {
    "client.create": async ({ name, phone, email }, { now }) => {
      const row = await db
        .insertInto("client")
        .values({ id: newId<ClientId>(), name, phone: phone ?? null, email: email ?? null, createdAt: now })
        .returningAll()
        .executeTakeFirstOrThrow();
      return toClient(row);
    },

    "client.list": async ({ q, limit, cursor }) => {
      let query = db
        .selectFrom("client")
        .selectAll()
        // One whose last home left long ago is a number only.
        .where("name", "!=", GONE)
        .orderBy("id")
        .limit(limit + 1);
      if (q !== undefined)
        query = query.where((where) =>
          where.or([
            where("name", "ilike", like(q)),
            where("phone", "ilike", like(q)),
            where("email", "ilike", like(q)),
          ]),
        );
      const after = decodeCursor(cursor, ClientId);
      if (after !== undefined) query = query.where("id", ">", after);
      const page = toPage(await query.execute(), limit, (row) => row.id);
      return { items: page.items.map(toClient), nextCursor: page.nextCursor };
    },

    "client.get": ({ clientId }) => readClient(deps, clientId),

    "client.update": async (wanted, call) => {
      const { client, siteIds } = await transaction(db, (trx) => update(trx, wanted, call));
      for (const siteId of siteIds) announcements.announce({ type: "site.changed", siteId });
      return client;
    },
  };
}

async function readClient({ db, keepRemovedSiteDays }: SitesDeps, clientId: ClientId): Promise<ClientDetails> {
  const row = await findClient(db, clientId);
  const sites = await db
    .selectFrom("site")
    .select(["id", "number", "name", "town", "removedAt"])
    .where("clientId", "=", clientId)
    .where("name", "!=", GONE)
    .orderBy("number")
    .execute();
  return {
    ...toClient(row),
    sites: sites.map((site) => ({
      ...site,
      id: site.id as SiteId,
      erasedAfter:
        site.removedAt === null ? null : new Date(Date.parse(site.removedAt) + keepRemovedSiteDays * DAY).toISOString(),
    })),
  };
}

type Update = Parameters<Handlers["client.update"]>[0];

/**
 * Each of the client's homes is told in its own ledger, where the words can be erased and go with the home. The firm's
 * outlives them: it says which client and what was changed, and no words. Nothing repeats what was there before, since
 * somebody may have asked for just that to be forgotten.
 */
async function update(
  trx: Trx,
  { clientId, version, ...fields }: Update,
  call: Call,
): Promise<{ readonly client: Client; readonly siteIds: readonly SiteId[] }> {
  const row = await findClient(trx, clientId, true);
  if (row.version !== version) {
    const versions = { mine: version, current: row.version };
    const of = { chain: "firm", event: "client.changed", clientId } as const;
    throw await changedMeanwhile(trx, { name: row.name, version: versions, ...of });
  }
  const given = Object.entries(fields).filter(
    ([field, value]) => value !== undefined && value !== row[field as keyof ClientRow],
  );
  if (given.length === 0) return { client: toClient(row), siteIds: [] };
  const changes = Object.fromEntries(given);
  const changed = await trx
    .updateTable("client")
    .set({ ...changes, version: version + 1 })
    .where("id", "=", clientId)
    .returningAll()
    .executeTakeFirstOrThrow();
  const sites = await trx
    .selectFrom("site")
    .select("id")
    .where("clientId", "=", clientId)
    .where("removedAt", "is", null)
    .orderBy("id")
    .execute();
  const siteIds = sites.map(({ id }) => id as SiteId);
  const entry = { event: "client.changed", actor: actorText(call.actor), now: call.now } as const;
  // One chain after the other, in the order in which whoever erases takes them.
  for (const chain of siteIds) await appendLedger(trx, { chain, ...entry, payload: { clientId, changes } });
  await appendLedger(trx, { chain: "firm", ...entry, payload: { clientId, fields: Object.keys(changes) } });
  return { client: toClient(changed), siteIds };
}

async function findClient(db: Database, clientId: ClientId, forUpdate = false): Promise<ClientRow> {
  const row = await db
    .selectFrom("client")
    .selectAll()
    .where("id", "=", clientId)
    .where("name", "!=", GONE)
    .$if(forUpdate, (query) => query.forUpdate())
    .executeTakeFirst();
  if (row !== undefined) return row;
  throw new CaretakerError("not_found", "There is no such client.");
}

function toClient(row: ClientRow): Client {
  return {
    id: row.id as ClientId,
    name: row.name,
    phone: row.phone,
    email: row.email,
    createdAt: row.createdAt,
    version: row.version,
  };
}
