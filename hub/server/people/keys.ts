import { type ApiKey, type ApiKeyId, CaretakerError } from "@caretaker/protocol";
import type { Selectable } from "kysely";
import { transaction } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import type { Tables } from "../db/tables.ts";
import type { Handlers } from "../http/handler.ts";
import { actorText, nameInActor } from "../ledger/actor.ts";
import { appendLedger } from "../ledger/append.ts";
import type { PeopleDeps } from "./deps.ts";
import { hashToken, newToken } from "./token.ts";

/** What every key begins with, so that one that leaked can be found by searching for it. */
export const KEY_PREFIX = "ctk_";
const SHOWN_CHARACTERS = KEY_PREFIX.length + 6;
const DAY = 86_400_000;

export function keyHandlers({
  db,
  announcements,
}: PeopleDeps): Pick<Handlers, "key.create" | "key.list" | "key.revoke"> {
  return {
    "key.create": async ({ name, role, expiresInDays }, { actor, now }) => {
      const key = `${KEY_PREFIX}${newToken()}`;
      const row = await transaction(db, async (trx) => {
        const created = await trx
          .insertInto("apiKey")
          .values({
            id: newId<ApiKeyId>(),
            name,
            role,
            prefix: key.slice(0, SHOWN_CHARACTERS),
            hash: hashToken(key),
            createdBy: actorText(actor),
            createdById: actor.kind === "person" ? actor.id : null,
            createdAt: now,
            expiresAt: new Date(now.getTime() + expiresInDays * DAY),
          })
          .returningAll()
          .executeTakeFirstOrThrow();
        await appendLedger(trx, {
          chain: "firm",
          event: "key.created",
          actor: actorText(actor),
          payload: { keyId: created.id, name, role, expiresAt: created.expiresAt },
          now,
        });
        return created;
      });
      return { ...toKey(row), key };
    },

    "key.list": async () => ({
      items: (await db.selectFrom("apiKey").selectAll().orderBy("createdAt", "desc").execute()).map(toKey),
    }),

    "key.revoke": async ({ keyId }, { actor, now }) => {
      await transaction(db, async (trx) => {
        const row = await trx
          .updateTable("apiKey")
          .set({ revokedAt: now })
          .where("id", "=", keyId)
          .where("revokedAt", "is", null)
          .returning("name")
          .executeTakeFirst();
        if (row === undefined) throw new CaretakerError("not_found", "There is no such key, or it was revoked before.");
        await appendLedger(trx, {
          chain: "firm",
          event: "key.revoked",
          actor: actorText(actor),
          payload: { keyId, name: row.name },
          now,
        });
      });
      announcements.announce({ type: "key.revoked", keyId });
      return {};
    },
  };
}

function toKey(row: Selectable<Tables["apiKey"]>): ApiKey {
  return {
    id: row.id as ApiKeyId,
    name: row.name,
    role: row.role,
    prefix: row.prefix,
    createdBy: nameInActor(row.createdBy),
    createdAt: row.createdAt,
    expiresAt: row.expiresAt,
    lastUsedAt: row.lastUsedAt,
    revokedAt: row.revokedAt,
  };
}
