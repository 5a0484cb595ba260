import type { SiteId } from "@caretaker/protocol";
import { after, RESTS_FOR } from "../consent/clocks.ts";
import { tellContact } from "../consent/tell-contact.ts";
import { wordsIn } from "../consent/words/index.ts";
import type { Trx } from "../db/database.ts";
import type { Call } from "../http/handler.ts";
import type { SitesDeps } from "./deps.ts";

interface Newcomer {
  readonly siteId: SiteId;
  /** Null before they have a row. */
  readonly id: string | null;
  readonly name: string;
}

/**
 * Until when somebody rests who may answer for a home from now: a day, while those who are there can object. Only the
 * first that a home ever had does not rest. Who was removed or changed meanwhile counts too, or else whoever wants to
 * answer in their place would only have to remove them first.
 */
export async function welcome(
  { queueMessage }: Pick<SitesDeps, "queueMessage">,
  trx: Trx,
  { siteId, id, name }: Newcomer,
  { now }: Call,
): Promise<Date | null> {
  const site = await trx.selectFrom("site").select("name").where("id", "=", siteId).forUpdate().executeTakeFirst();
  const others = (await trx.selectFrom("contact").selectAll().where("siteId", "=", siteId).execute()).filter(
    (other) => other.id !== id && (other.verifiedAt !== null || other.restsUntil !== null),
  );
  for (const other of others) {
    if (other.removedAt !== null || other.verifiedAt === null) continue;
    const { subject, text } = wordsIn(other.language).contactAdded;
    await tellContact(queueMessage, trx, other, (firm) => [subject(firm), text(name, site?.name ?? "")], now);
  }
  return others.length === 0 ? null : after(now, RESTS_FOR);
}
