import type { GatewayId, SiteId } from "@caretaker/protocol";
import { isCaretakerError } from "@caretaker/protocol";
import type { Announcement, Announcements } from "../../announcements.ts";
import { type Trx, transaction } from "../../db/database.ts";
import { appendLedger } from "../../ledger/append.ts";
import { shortCode } from "../../ledger/canonical.ts";
import type { Log } from "../../log.ts";
import { takeAnswer } from "../answer.ts";
import { lockRequest, type OpenRequest } from "../open-request.ts";
import { hashToken } from "../token.ts";
import type { ConsentDeps } from "../types.ts";
import { readAction } from "./action.ts";
import { phoneOf } from "./queue.ts";

export interface Tap {
  readonly siteId: SiteId;
  readonly gatewayId: GatewayId;
  readonly action: string;
  /** The gateway's user on whose phone it was tapped; null where nobody was signed in. */
  readonly userId: string | null;
}

/** Hands what was tapped in homes on to consent. */
export function takeTaps({
  announcements,
  consent,
  log,
}: {
  readonly announcements: Announcements;
  readonly consent: { takeTap(tap: Tap): ReturnType<typeof takeTap> };
  readonly log: Pick<Log, "info" | "error">;
}): void {
  announcements.on("phone.tapped", (tap) => {
    consent.takeTap(tap).then(
      (became) => log.info({ gatewayId: tap.gatewayId, became }, "An answer was tapped in a home."),
      (error: unknown) => log.error({ error, gatewayId: tap.gatewayId }, "An answer that was tapped was not taken."),
    );
  });
}

/** Tapped in the home's own app, by the user that was chosen for this contact. */
const BY_TAP = { channel: "home_app", grade: "H" } as const;

/**
 * Takes an answer that was tapped. It counts once, for the question and the proposal that it was shown with, and only
 * from the user who is this contact: anybody else's tap is refused, and noted. Returns what became of it.
 */
export async function takeTap(deps: ConsentDeps, tap: Tap): Promise<"taken" | "refused" | "unknown"> {
  const action = readAction(tap.action);
  if (action === null) return "unknown";
  try {
    const { became, announcements } = await transaction(deps.db, async (trx) => {
      const found = await findQuestion(trx, tap, action.secret);
      if (found === undefined || found.requestId !== action.requestId) return nothing("unknown");
      const open = await lockRequest(deps, trx, { id: found.requestId, runId: found.runId });
      if (open.request.siteId !== tap.siteId || shortCode(open.request.digest) !== action.proposalCode) {
        return nothing("unknown");
      }
      const phone = await phoneOf(trx, open.request.contactId, open.now);
      const isTheirs = tap.userId !== null && tap.userId === found.userId && tap.userId === phone?.userId;
      if (!isTheirs || phone?.gatewayId !== tap.gatewayId) {
        await noteRefusal(trx, open, found, tap.userId);
        return nothing("refused");
      }
      const { answer, proposalCode } = action;
      const told = await takeAnswer(deps, open, { answer, proposalCode, way: BY_TAP });
      return { became: "taken" as const, announcements: told };
    });
    for (const announcement of announcements) deps.announcements.announce(announcement);
    deps.announcements.announce({ type: "message.due" });
    return became;
  } catch (error) {
    // Too late, a second time, or by somebody who may not allow it any more: nothing is granted.
    if (isCaretakerError(error, "gone") || isCaretakerError(error, "already_done")) return "refused";
    if (isCaretakerError(error, "not_allowed") || isCaretakerError(error, "changed_meanwhile")) return "refused";
    throw error;
  }
}

function nothing(became: "refused" | "unknown"): { became: typeof became; announcements: readonly Announcement[] } {
  return { became, announcements: [] };
}

function findQuestion(trx: Trx, { gatewayId }: Tap, secret: string) {
  return trx
    .selectFrom("homeMessage")
    .innerJoin("consentRequest", "consentRequest.id", "homeMessage.requestId")
    .select(["homeMessage.id", "homeMessage.userId", "homeMessage.refusedUsers"])
    .select(["homeMessage.requestId", "consentRequest.runId"])
    .where("homeMessage.secretHash", "=", hashToken(secret))
    .where("homeMessage.gatewayId", "=", gatewayId)
    .executeTakeFirst();
}

type Question = NonNullable<Awaited<ReturnType<typeof findQuestion>>>;

/** Once for each user and question: whoever taps again writes nothing more. */
async function noteRefusal(
  trx: Trx,
  { request, now }: OpenRequest,
  { id, refusedUsers }: Question,
  userId: string | null,
): Promise<void> {
  const who = userId ?? "nobody";
  if (refusedUsers.includes(who) || refusedUsers.length >= 20) return;
  await trx
    .updateTable("homeMessage")
    .set({ refusedUsers: [...refusedUsers, who] })
    .where("id", "=", id)
    .execute();
  await appendLedger(trx, {
    chain: request.siteId,
    event: "consent.tap_refused",
    actor: "hub",
    payload: { requestId: request.id, runId: request.runId, contactId: request.contactId, userId, ...BY_TAP },
    now,
  });
}
