import { type Client, ClientId } from "@caretaker/protocol";
import type { Selectable } from "kysely";
import { newId } from "../db/new-id.ts";
import type { Tables } from "../db/tables.ts";
import type { Handlers } from "../http/handler.ts";
import type { SitesDeps } from "./deps.ts";
import { decodeCursor, like, toPage } from "./paging.ts";

export function clientHandlers({ db }: SitesDeps): Pick<Handlers, "client.create" | "client.list"> {
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
  };
}

function toClient(row: Selectable<Tables["client"]>): Client {
  return {
    id: row.id as ClientId,
    name: row.name,
    phone: row.phone,
    email: row.email,
    createdAt: row.createdAt,
    version: row.version,
  };
}
