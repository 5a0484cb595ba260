import { CaretakerError, type PersonId, type SessionId, type SignedInSession } from "@caretaker/protocol";
import { type Trx, transaction } from "../db/database.ts";
import type { Handlers } from "../http/handler.ts";
import { actorText } from "../ledger/actor.ts";
import { appendLedger } from "../ledger/append.ts";
import type { PeopleDeps } from "./deps.ts";

export function sessionHandlers({ db, announcements }: PeopleDeps): Pick<Handlers, "session.list" | "session.revoke"> {
  return {
    "session.list": async ({ everybody }, { actor, now }) => {
      if (actor.kind !== "person") return { items: [] };
      if (everybody && actor.role !== "principal")
        throw new CaretakerError("not_allowed", "Only a principal sees where others are signed in.");
      let query = db
        .selectFrom("browserSession")
        .innerJoin("person", "person.id", "browserSession.userId")
        .selectAll("browserSession")
        .select("person.name as personName")
        .where("browserSession.expiresAt", ">", now.toISOString())
        .orderBy("browserSession.updatedAt", "desc");
      if (!everybody) query = query.where("browserSession.userId", "=", actor.id);
      const rows = await query.execute();
      const items = rows.map(
        (row): SignedInSession => ({
          id: row.id as SessionId,
          personId: row.userId as PersonId,
          personName: row.personName,
          isCurrent: row.id === actor.sessionId,
          createdAt: row.createdAt,
          lastSeenAt: row.updatedAt,
          expiresAt: row.expiresAt,
          address: row.ipAddress,
          browser: row.userAgent,
        }),
      );
      return { items };
    },

    "session.revoke": async ({ sessionId }, { actor, now }) => {
      const ended = await transaction(db, async (trx) => {
        const row = await trx
          .selectFrom("browserSession")
          .select(["id", "userId"])
          .where("id", "=", sessionId)
          .executeTakeFirst();
        const isTheirs = actor.kind === "person" && (row?.userId === actor.id || actor.role === "principal");
        if (row === undefined || !isTheirs) throw new CaretakerError("not_found", "There is no such session.");
        await trx.deleteFrom("browserSession").where("id", "=", sessionId).execute();
        await appendLedger(trx, {
          chain: "firm",
          event: "session.revoked",
          actor: actorText(actor),
          payload: { personId: row.userId },
          now,
        });
        return row;
      });
      announcements.announce({ type: "session.ended", sessionId, personId: ended.userId as PersonId });
      return {};
    },
  };
}

/** Ends every session of a person in the caller's transaction; announce `session.ended` for each afterwards. */
export async function endSessionsOf(trx: Trx, personId: PersonId): Promise<SessionId[]> {
  const rows = await trx.deleteFrom("browserSession").where("userId", "=", personId).returning("id").execute();
  return rows.map(({ id }) => id as SessionId);
}
