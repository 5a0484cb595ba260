import { CaretakerError, type Invitation, type InvitationId } from "@caretaker/protocol";
import { type Database, type Trx, transaction } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import type { Handlers } from "../http/handler.ts";
import { actorText, nameInActor } from "../ledger/actor.ts";
import { appendLedger } from "../ledger/append.ts";
import { escaped } from "../mail/escaped.ts";
import type { PeopleDeps } from "./deps.ts";
import { addPerson } from "./people.ts";
import { hashToken, newToken } from "./token.ts";

const HOLDS_FOR_MILLISECONDS = 7 * 86_400_000;

type Names = "person.invite" | "invitation.view" | "invitation.accept" | "invitation.withdraw";

export function invitationHandlers({
  db,
  publicUrl,
  mail,
  queueMail,
  announcements,
}: PeopleDeps): Pick<Handlers, Names> {
  return {
    "person.invite": async ({ email, role }, { actor, now }) => {
      const token = newToken();
      const url = `${publicUrl}/invitations/${token}`;
      const invitation = await transaction(db, async (trx) => {
        const taken = await trx
          .selectFrom("person")
          .select("name")
          .where("email", "=", email.toLowerCase())
          .executeTakeFirst();
        if (taken !== undefined)
          throw new CaretakerError("conflict", `${taken.name} has this address and is here already.`);
        const firm = await trx.selectFrom("firm").select("name").executeTakeFirstOrThrow();
        const row = await trx
          .insertInto("invitation")
          .values({
            id: newId(),
            email: email.toLowerCase(),
            role,
            tokenHash: hashToken(token),
            invitedBy: actorText(actor),
            createdAt: now,
            expiresAt: new Date(now.getTime() + HOLDS_FOR_MILLISECONDS),
          })
          .returningAll()
          .executeTakeFirstOrThrow();
        await appendLedger(trx, {
          chain: "firm",
          event: "person.invited",
          actor: actorText(actor),
          payload: { email, role },
          now,
        });
        if (mail === "smtp")
          await queueMail(trx, {
            siteId: null,
            requestId: null,
            to: { name: email, address: email },
            now,
            ...invitationMail(firm.name, nameInActor(actorText(actor)), url),
          });
        return {
          id: row.id as InvitationId,
          email: row.email,
          role: row.role,
          expiresAt: row.expiresAt,
          acceptedAt: row.acceptedAt,
        };
      });
      if (mail === "smtp") announcements.announce({ type: "message.due" });
      // Without mail the principal hands the link over himself.
      return { ...invitation, url: mail === "smtp" ? null : url };
    },

    "invitation.view": async ({ token }, { now }) => {
      const row = await holding(db, token, now);
      const firm = await db.selectFrom("firm").select("name").executeTakeFirstOrThrow();
      return { email: row.email, role: row.role, firmName: firm.name };
    },

    "invitation.accept": async ({ token, name, password }, { now }) => {
      await transaction(db, async (trx) => {
        const row = await holding(trx, token, now, true);
        const personId = await addPerson(trx, { name, email: row.email, role: row.role, password });
        await trx.updateTable("invitation").set({ acceptedAt: now }).where("id", "=", row.id).execute();
        await appendLedger(trx, {
          chain: "firm",
          event: "person.joined",
          actor: `person:${personId} ${name}`,
          payload: { personId, name, email: row.email, role: row.role, invitedBy: row.invitedBy },
          now,
        });
      });
      return {};
    },

    "invitation.withdraw": async ({ invitationId }, { now }) => {
      const row = await db
        .updateTable("invitation")
        .set({ withdrawnAt: now })
        .where("id", "=", invitationId)
        .where("acceptedAt", "is", null)
        .where("withdrawnAt", "is", null)
        .returning("id")
        .executeTakeFirst();
      if (row === undefined) throw new CaretakerError("not_found", "There is no such invitation, or it was answered.");
      return {};
    },
  };
}

/** An invitation that can still be accepted. Used, withdrawn, expired and invented ones answer alike. */
async function holding(db: Database | Trx, token: string, now: Date, forUpdate = false) {
  const query = db
    .selectFrom("invitation")
    .selectAll()
    .where("tokenHash", "=", hashToken(token))
    .where("acceptedAt", "is", null)
    .where("withdrawnAt", "is", null)
    .where("expiresAt", ">", now.toISOString());
  const row = await (forUpdate ? query.forUpdate() : query).executeTakeFirst();
  if (row === undefined) throw new CaretakerError("gone", "This invitation does not hold any more. Ask for a new one.");
  return row;
}

export async function openInvitations(db: Database, now: Date): Promise<Invitation[]> {
  const rows = await db
    .selectFrom("invitation")
    .selectAll()
    .where("acceptedAt", "is", null)
    .where("withdrawnAt", "is", null)
    .where("expiresAt", ">", now.toISOString())
    .orderBy("createdAt")
    .execute();
  return rows.map((row) => ({
    id: row.id as InvitationId,
    email: row.email,
    role: row.role,
    expiresAt: row.expiresAt,
    acceptedAt: row.acceptedAt,
  }));
}

function invitationMail(firm: string, inviter: string, url: string): { subject: string; text: string; html: string } {
  return {
    subject: `${inviter} invites you to ${firm}`,
    text: `${inviter} invites you to work with ${firm} in Caretaker.\n\nJoin here within seven days:\n${url}\n\nIf you do not know ${inviter}, leave this message alone.\n`,
    html: `<p>${escaped(inviter)} invites you to work with ${escaped(firm)} in Caretaker.</p><p><a href="${escaped(url)}">Join within seven days</a></p><p>If you do not know ${escaped(inviter)}, leave this message alone.</p>`,
  };
}
