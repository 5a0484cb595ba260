import { type Actor, type ApprovalId, CaretakerError } from "@caretaker/protocol";
import type { Trx } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import { actorText, nameInActor } from "../ledger/actor.ts";
import { appendLedger } from "../ledger/append.ts";
import { digestOf } from "../ledger/canonical.ts";
import { personBehind } from "../people/behind.ts";
import { ALONE_WAITS_MILLISECONDS, isFirmOfOne } from "./second-person.ts";
import { tellHomeowners } from "./tell-homeowners.ts";
import type { ApprovalRow, ApprovalsDeps, Wish } from "./types.ts";

/** Over a weekend, and no longer: what was right on Friday may be wrong by Wednesday. */
const HOLDS_FOR_MILLISECONDS = 3 * 86_400_000;

/**
 * Asks for a second person, in the caller's transaction. In a firm of one the wish waits an hour instead, and the
 * homeowners concerned are told now, so that somebody outside knows of it before it is done.
 */
export async function requestApproval(
  deps: Pick<ApprovalsDeps, "queueMessage">,
  trx: Trx,
  wish: Wish,
  { actor, now }: { readonly actor: Actor; readonly now: Date },
): Promise<ApprovalRow> {
  await refuseWhileOneWaits(trx, wish, now);
  const requestedById = await personBehind(trx, actor);
  const isAlone = await isFirmOfOne(trx, requestedById);
  const notBefore = isAlone ? new Date(now.getTime() + ALONE_WAITS_MILLISECONDS) : null;
  const row = await trx
    .insertInto("approval")
    .values({
      id: newId<ApprovalId>(now.getTime()),
      ...wish,
      details: JSON.stringify(wish.details),
      siteIds: [...wish.siteIds],
      digest: wishDigest(wish),
      status: "waiting",
      requestedBy: actorText(actor),
      requestedById,
      requestedAt: now,
      expiresAt: new Date(now.getTime() + HOLDS_FOR_MILLISECONDS),
      isAlone,
      notBefore,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await writeApproval(trx, row, "approval.requested", { actor: actorText(actor), now });
  if (isAlone) await tellHomeowners(deps, trx, row, now);
  return row;
}

/** What the second person reads and approves, letter by letter. */
export function wishDigest({ kind, subject, title, details, siteIds, reason }: Wish): string {
  return digestOf({ kind, subject, title, details, siteIds, reason });
}

async function refuseWhileOneWaits(trx: Trx, wish: Wish, now: Date): Promise<void> {
  const before = await lockWaitingWish(trx, wish);
  if (before === undefined) return;
  if (Date.parse(before.expiresAt) > now.getTime()) {
    const who = nameInActor(before.requestedBy);
    throw new CaretakerError(
      "conflict",
      `${who} has asked for a second person for this already. Have it approved or refused, then ask anew.`,
      { meta: { approvalId: before.id } },
    );
  }
  await trx.updateTable("approval").set({ status: "expired" }).where("id", "=", before.id).execute();
}

/** What waits about one thing, locked. Whoever changes what it is about takes this lock first, as whoever approves does. */
export function lockWaitingWish(
  trx: Trx,
  { kind, subject }: Pick<Wish, "kind" | "subject">,
): Promise<ApprovalRow | undefined> {
  return trx
    .selectFrom("approval")
    .selectAll()
    .where("kind", "=", kind)
    .where("subject", "=", subject)
    .where("status", "=", "waiting")
    .forUpdate()
    .executeTakeFirst();
}

/** What was asked for is no longer what would be done: it is taken back by itself, and says why. */
export async function withdrawVoid(
  trx: Trx,
  wish: ApprovalRow,
  { actor, because, now }: { readonly actor: Actor; readonly because: string; readonly now: Date },
): Promise<void> {
  const withdrawn = await trx
    .updateTable("approval")
    .set({ status: "withdrawn", refusedBy: actorText(actor), refusedAt: now, refusedBecause: because })
    .where("id", "=", wish.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  await writeApproval(trx, withdrawn, "approval.refused", { actor: actorText(actor), now, because });
}

/** Into the firm's ledger; and of a firm of one into that of each home, since nobody else looked at it. */
export async function writeApproval(
  trx: Trx,
  row: ApprovalRow,
  event: "approval.requested" | "approval.given" | "approval.refused",
  { actor, now, ...more }: { readonly actor: string; readonly now: Date; readonly [field: string]: unknown },
): Promise<void> {
  const { id, kind, subject, title, reason, digest, siteIds, isAlone } = row;
  const alone = isAlone ? { alone: "The firm has no second person: an hour's delay and a fresh second factor." } : {};
  const payload = { approvalId: id, kind, subject, title, reason, digest, ...alone, ...more };
  for (const chain of isAlone ? [...siteIds].sort() : []) {
    await appendLedger(trx, { chain: chain as never, event, actor, payload, now });
  }
  await appendLedger(trx, { chain: "firm", event, actor, payload: { ...payload, siteIds }, now });
}
