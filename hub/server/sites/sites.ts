import {
  CaretakerError,
  type ClientId,
  type EntityState,
  type HEALTH,
  type Site,
  type SiteId,
  type SiteRow,
} from "@caretaker/protocol";
import { z } from "zod";
import { mayView } from "../consent/standing.ts";
import { type Trx, transaction } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import type { Call, Handlers } from "../http/handler.ts";
import { actorText } from "../ledger/actor.ts";
import { appendLedger } from "../ledger/append.ts";
import { changedMeanwhile } from "./changed-meanwhile.ts";
import { addContact, toContact } from "./contacts.ts";
import type { SitesDeps } from "./deps.ts";
import { noSuchSite } from "./no-such-site.ts";
import { decodeCursor, encodeCursor } from "./paging.ts";
import { removeSite } from "./remove-site.ts";
import { readScopes, writeScopes } from "./scopes.ts";

type Names =
  | "site.create"
  | "site.list"
  | "site.get"
  | "site.update"
  | "site.remove"
  | "site.entities"
  | "site.devices";

const RowNumber = z.coerce.number().int().min(0);

export function siteHandlers(deps: SitesDeps): Pick<Handlers, Names> {
  const { db, announcements, live } = deps;
  return {
    "site.create": async (request, call) => {
      const siteId = await transaction(db, (trx) => createSite(trx, request, call));
      announcements.announce({ type: "site.changed", siteId });
      return readSite(deps, siteId);
    },

    "site.list": async ({ q, limit, cursor }) => {
      const rows = live.rows().filter((row) => q === undefined || matches(row, q.toLowerCase()));
      rows.sort(worstFirst);
      const from = decodeCursor(cursor, RowNumber) ?? 0;
      return {
        items: rows.slice(from, from + limit),
        nextCursor: from + limit < rows.length ? encodeCursor(String(from + limit)) : null,
      };
    },

    "site.get": ({ siteId }) => readSite(deps, siteId),

    "site.update": async ({ siteId, version, quietHours, ...fields }, call) => {
      await transaction(db, async (trx) => {
        const row = await trx
          .selectFrom("site")
          .select(["version", "name"])
          .where("id", "=", siteId)
          .where("removedAt", "is", null)
          .forUpdate()
          .executeTakeFirst();
        if (row === undefined) throw noSuchSite();
        if (row.version !== version) {
          const versions = { mine: version, current: row.version };
          throw await changedMeanwhile(trx, {
            name: row.name,
            version: versions,
            chain: siteId,
            event: "site.changed",
          });
        }
        const changes = {
          ...defined(fields),
          ...(quietHours === undefined ? {} : { quietFrom: quietHours.from, quietTo: quietHours.to }),
        };
        await trx
          .updateTable("site")
          .set({ ...changes, version: row.version + 1 })
          .where("id", "=", siteId)
          .execute();
        await appendLedger(trx, {
          chain: siteId,
          event: "site.changed",
          actor: actorText(call.actor),
          payload: { changes },
          now: call.now,
        });
      });
      announcements.announce({ type: "site.changed", siteId });
      return readSite(deps, siteId);
    },

    "site.remove": async ({ siteId, reason }, call) => {
      const { gatewayIds, agentId } = await transaction(db, (trx) => removeSite(trx, deps, siteId, reason, call));
      if (agentId !== null) deps.cutAgent(agentId);
      for (const gatewayId of gatewayIds) announcements.announce({ type: "gateway.removed", siteId, gatewayId });
      announcements.announce({ type: "site.removed", siteId });
      announcements.announce({ type: "message.due" });
      return {};
    },

    "site.entities": async ({ siteId }) => {
      const items = live.site(siteId)?.entities ?? [];
      // Without View it is shown what there is and whether it answers, as of what is private.
      return { items: (await mayView(db, siteId)) ? items : items.map(withoutState) };
    },
    "site.devices": async ({ siteId }) => live.site(siteId) ?? { rooms: [], integrations: [], devices: [] },
  };
}

function withoutState(entity: EntityState): EntityState {
  return { ...entity, state: null, attributes: {} };
}

type NewSite = Parameters<Handlers["site.create"]>[0];

async function createSite(trx: Trx, request: NewSite, call: Call): Promise<SiteId> {
  const client = await trx
    .selectFrom("client")
    .select(["id", "name"])
    .where("id", "=", request.clientId)
    .executeTakeFirst();
  if (client === undefined)
    throw new CaretakerError("invalid_input", "There is no such client: add the client first.", {
      fields: [{ path: "clientId", message: "is not a client" }],
    });
  const siteId = newId<SiteId>();
  await trx
    .insertInto("site")
    .values({
      id: siteId,
      clientId: request.clientId,
      name: request.name,
      timeZone: request.timeZone,
      language: request.language,
      address: request.address ?? null,
      town: request.town ?? null,
      createdAt: call.now,
      ...(request.quietHours === undefined
        ? {}
        : { quietFrom: request.quietHours.from, quietTo: request.quietHours.to }),
    })
    .execute();
  const payload = { name: request.name, client: client.name, timeZone: request.timeZone };
  await appendLedger(trx, {
    chain: siteId,
    event: "site.created",
    actor: actorText(call.actor),
    payload,
    now: call.now,
  });
  for (const contact of request.contacts) await addContact(trx, siteId, contact, null, call);
  await writeScopes(trx, siteId, request.consent, call);
  return siteId;
}

async function readSite({ db, live }: SitesDeps, siteId: SiteId): Promise<Site> {
  const row = await db
    .selectFrom("site")
    .innerJoin("client", "client.id", "site.clientId")
    .selectAll("site")
    .select(["client.name as clientName", "client.phone as clientPhone"])
    .where("site.id", "=", siteId)
    .where("site.removedAt", "is", null)
    .executeTakeFirst();
  if (row === undefined) throw noSuchSite();
  const contacts = await db
    .selectFrom("contact")
    .selectAll()
    .where("siteId", "=", siteId)
    .where("removedAt", "is", null)
    .orderBy("createdAt")
    .orderBy("id")
    .execute();
  return {
    id: row.id as SiteId,
    number: row.number,
    name: row.name,
    clientId: row.clientId as ClientId,
    clientName: row.clientName,
    clientPhone: row.clientPhone,
    address: row.address,
    town: row.town,
    timeZone: row.timeZone,
    language: row.language,
    quietHours: { from: row.quietFrom, to: row.quietTo },
    noticeInHome: row.noticeInHome,
    notes: row.notes,
    scopes: (await readScopes(db, siteId)).scopes,
    contacts: contacts.map(toContact),
    gateways: live.site(siteId)?.gateways ?? [],
    isSimulated: row.isSimulated,
    createdAt: row.createdAt,
    version: row.version,
  };
}

const WORST = [
  "problem",
  "offline",
  "attention",
  "unknown",
  "maintenance",
  "not_monitored",
  "ok",
] as const satisfies readonly (typeof HEALTH)[number][];

function worstFirst(a: SiteRow, b: SiteRow): number {
  return (
    WORST.indexOf(a.health) - WORST.indexOf(b.health) || a.since.localeCompare(b.since) || a.name.localeCompare(b.name)
  );
}

function matches(row: SiteRow, q: string): boolean {
  return [row.name, row.clientName, row.town, row.phone].some((text) => text?.toLowerCase().includes(q) === true);
}

function defined<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
