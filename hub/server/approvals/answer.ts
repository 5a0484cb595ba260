import { type Actor, type ApprovalId, CaretakerError, type PersonId } from "@caretaker/protocol";
import type { Announcement } from "../announcements.ts";
import { type Trx, transaction } from "../db/database.ts";
import { actorText, nameInActor } from "../ledger/actor.ts";
import { wishDigest, writeApproval } from "./request.ts";
import { isFirmOfOne, mayReview } from "./second-person.ts";
import type { ApprovalRow, ApprovalsDeps, CarriesOut } from "./types.ts";

type Person = Extract<Actor, { kind: "person" }>;

/**
 * A second person approves exactly what he read, and it is done in the same transaction: approved and not done, or done
 * and not approved, does not exist. The door has asked for a second factor of just now.
 */
export async function giveApproval(
  deps: ApprovalsDeps,
  carriesOut: CarriesOut,
  { approvalId, digest, actor }: { readonly approvalId: ApprovalId; readonly digest: string; readonly actor: Actor },
): Promise<ApprovalRow> {
  const person = personIn(actor);
  const { row, announcements } = await transaction(deps.db, async (trx) => {
    const approval = await lockWaiting(trx, approvalId);
    const now = await deps.now(trx);
    if (approval.digest !== digest || wishDigest(approval as never) !== digest) {
      throw new CaretakerError("changed_meanwhile", "This is not what you read. Load the page again and read it anew.");
    }
    if (Date.parse(approval.expiresAt) <= now.getTime()) {
      throw new CaretakerError("gone", "Nobody approved it in three days, so it has to be asked for anew.");
    }
    await refuseUnlessSecond(trx, approval, person.id, now);
    const carried = await carriesOut[approval.kind](trx, approval, { actor, personId: person.id, now });
    const given = await trx
      .updateTable("approval")
      .set({ status: "given", approvedBy: actorText(actor), approvedById: person.id, approvedAt: now, executedAt: now })
      .where("id", "=", approvalId)
      .returningAll()
      .executeTakeFirstOrThrow();
    await writeApproval(trx, given, "approval.given", { actor: actorText(actor), now, requestedBy: given.requestedBy });
    return { row: given, announcements: carried };
  });
  announceAll(deps, announcements);
  return row;
}

/** A second person refuses, or whoever asked takes it back. Nothing is done, and it may be asked for anew. */
export async function refuseApproval(
  deps: ApprovalsDeps,
  { approvalId, reason, actor }: { readonly approvalId: ApprovalId; readonly reason: string; readonly actor: Actor },
): Promise<ApprovalRow> {
  const person = personIn(actor);
  return transaction(deps.db, async (trx) => {
    const approval = await lockWaiting(trx, approvalId);
    const now = await deps.now(trx);
    const isOwn = approval.requestedById === person.id;
    if (!isOwn && !(await mayReview(trx, person.id))) {
      throw new CaretakerError("not_allowed", "Only a senior or the principal refuses what a colleague asked for.");
    }
    const refused = await trx
      .updateTable("approval")
      .set({
        status: isOwn ? "withdrawn" : "refused",
        refusedBy: actorText(actor),
        refusedAt: now,
        refusedBecause: reason,
      })
      .where("id", "=", approvalId)
      .returningAll()
      .executeTakeFirstOrThrow();
    await writeApproval(trx, refused, "approval.refused", { actor: actorText(actor), now, because: reason });
    return refused;
  });
}

async function lockWaiting(trx: Trx, approvalId: ApprovalId): Promise<ApprovalRow> {
  const approval = await trx
    .selectFrom("approval")
    .selectAll()
    .where("id", "=", approvalId)
    .forUpdate()
    .executeTakeFirst();
  if (approval === undefined) throw new CaretakerError("not_found", "Nothing of that name waits for a second person.");
  if (approval.status === "waiting") return approval;
  const who = approval.approvedBy ?? approval.refusedBy;
  throw new CaretakerError(
    "already_done",
    `It was answered already${who === null ? "" : ` by ${nameInActor(who)}`}: ${approval.status}.`,
  );
}

/** Another person; or in a firm of one the same, when the hour is over and nobody has joined meanwhile. */
async function refuseUnlessSecond(trx: Trx, approval: ApprovalRow, personId: PersonId, now: Date): Promise<void> {
  if (!(await mayReview(trx, personId))) {
    throw new CaretakerError("not_allowed", "Only a senior or the principal may be the second person.");
  }
  if (approval.requestedById === null) {
    throw new CaretakerError("not_allowed", "Nobody knows who asked for this, so nobody can be the second person.");
  }
  if (approval.requestedById !== personId) return;
  if (!approval.isAlone || !(await isFirmOfOne(trx, personId))) {
    throw new CaretakerError("not_allowed", "You asked for this yourself: a second person has to approve it.");
  }
  if (approval.notBefore !== null && now.getTime() < Date.parse(approval.notBefore)) {
    throw new CaretakerError(
      "not_allowed",
      "You work alone, so this waits an hour: come back then and confirm it with your second factor.",
      { meta: { notBefore: approval.notBefore } },
    );
  }
}

function personIn(actor: Actor): Person {
  if (actor.kind === "person") return actor;
  throw new CaretakerError("not_allowed", "Only a person can be the second person, not a key.");
}

function announceAll({ announcements }: ApprovalsDeps, said: readonly Announcement[]): void {
  for (const announcement of said) announcements.announce(announcement);
}
