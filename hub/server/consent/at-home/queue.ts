import type { Trx } from "../../db/database.ts";
import { newId } from "../../db/new-id.ts";
import { morningAfter } from "../night.ts";

export interface AskedAtHome {
  readonly requestId: string;
  readonly runId: string;
  readonly siteId: string;
  readonly contactId: string;
  readonly isPrivate: boolean;
  readonly homeownerAsked: boolean;
  readonly answerBy: Date;
  readonly now: Date;
}

/**
 * Has a question said in the home too, in the transaction in which it is asked: on the contact's phone, where they agreed
 * to that, and as a note without a link, where the household did. A phone can be heard, so not at night, unless the
 * homeowner asked for help himself; and what is private stands on no lock screen.
 */
export async function askAtHome(trx: Trx, asked: AskedAtHome): Promise<void> {
  const site = await trx
    .selectFrom("site")
    .select(["timeZone", "quietFrom", "quietTo", "noticeInHome"])
    .where("id", "=", asked.siteId)
    .executeTakeFirstOrThrow();
  const phone = await phoneOf(trx, asked.contactId, asked.now);
  if (phone !== undefined && !asked.isPrivate) {
    const at = asked.homeownerAsked ? asked.now : morningAfter(asked.now, site);
    if (at.getTime() < asked.answerBy.getTime()) await put(trx, asked.requestId, { ...phone, at });
  }
  if (!site.noticeInHome) return;
  const run = await trx.selectFrom("run").select("gatewayId").where("id", "=", asked.runId).executeTakeFirstOrThrow();
  await put(trx, asked.requestId, { gatewayId: run.gatewayId, phone: null, userId: null, at: asked.now });
}

/** The phone of a contact that may be asked on it now: it was chosen a day ago at least, and its gateway is still there. */
export function phoneOf(trx: Trx, contactId: string, now: Date) {
  return trx
    .selectFrom("contactPhone")
    .innerJoin("gateway", "gateway.id", "contactPhone.gatewayId")
    .select(["contactPhone.gatewayId", "contactPhone.phone", "contactPhone.userId"])
    .where("contactPhone.contactId", "=", contactId)
    .where("contactPhone.restsUntil", "<=", now.toISOString())
    .where("gateway.removedAt", "is", null)
    .executeTakeFirst();
}

interface Put {
  readonly gatewayId: string;
  readonly phone: string | null;
  readonly userId: string | null;
  readonly at: Date;
}

async function put(trx: Trx, requestId: string, { at, ...to }: Put): Promise<void> {
  await trx
    .insertInto("homeMessage")
    .values({ id: newId<string>(), requestId, ...to, status: "waiting", nextTryAt: at })
    .execute();
}
