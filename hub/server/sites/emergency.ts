import {
  type Actor,
  CaretakerError,
  type EmergencyAct,
  type EmergencyConsent,
  type Language,
  type SiteId,
} from "@caretaker/protocol";
import { after, RESTS_FOR } from "../consent/clocks.ts";
import { tellHousehold } from "../consent/tell-household.ts";
import { wordsIn } from "../consent/words/index.ts";
import { type Database, transaction } from "../db/database.ts";
import type { Handlers } from "../http/handler.ts";
import { actorText, nameInActor } from "../ledger/actor.ts";
import { appendLedger } from "../ledger/append.ts";
import type { SitesDeps } from "./deps.ts";
import { noSuchSite } from "./no-such-site.ts";

type Names = "emergency.get" | "emergency.set" | "emergency.end";

/** What a household agreed to for emergencies. It is told of each change, and what is new rests for a day. */
export function emergencyHandlers({
  db,
  queueMessage,
  announcements,
}: Pick<SitesDeps, "db" | "queueMessage" | "announcements">): Pick<Handlers, Names> {
  return {
    "emergency.get": async ({ siteId }) => ({ emergency: await readEmergency(db, siteId) }),

    "emergency.set": async ({ siteId, ...given }, { actor, now }) => {
      await transaction(db, async (trx) => {
        await lockSite(trx, siteId);
        const restsUntil = after(now, RESTS_FOR);
        const row = {
          capabilities: [...new Set(given.capabilities)].sort(),
          atNight: given.atNight,
          evidence: given.evidence,
          evidenceNote: given.evidenceNote ?? null,
          givenBy: given.givenBy,
          setBy: actorText(actor),
          setAt: now,
          restsUntil,
        };
        await trx
          .insertInto("emergencyConsent")
          .values({ siteId, ...row })
          .onConflict((conflict) => conflict.column("siteId").doUpdateSet(row))
          .execute();
        const { setBy: _by, setAt: _at, ...payload } = row;
        await write(trx, siteId, "emergency.agreed", { ...payload, restsUntil: restsUntil.toISOString() }, actor, now);
        await tellHousehold({ queueMessage }, trx, siteId, now, ({ language, firm, home }) => {
          const words = wordsIn(language).emergency;
          return {
            subject: words.agreedSubject(firm),
            lines: [words.agreed(firm, home, given.givenBy, given.atNight), ...actsIn(language, row.capabilities)],
          };
        });
      });
      announcements.announce({ type: "message.due" });
      return { emergency: await readEmergency(db, siteId) };
    },

    "emergency.end": async ({ siteId, reason }, { actor, now }) => {
      await transaction(db, async (trx) => {
        await lockSite(trx, siteId);
        const gone = await trx
          .deleteFrom("emergencyConsent")
          .where("siteId", "=", siteId)
          .returning("capabilities")
          .executeTakeFirst();
        if (gone === undefined) throw new CaretakerError("not_found", "Nothing is agreed here for emergencies.");
        await write(trx, siteId, "emergency.ended", { ...gone, reason }, actor, now);
        await tellHousehold({ queueMessage }, trx, siteId, now, ({ language, firm, home }) => {
          const words = wordsIn(language).emergency;
          return { subject: words.endedSubject(firm), lines: [words.ended(firm, home)] };
        });
      });
      announcements.announce({ type: "message.due" });
      return { emergency: null };
    },
  };
}

function actsIn(language: Language, capabilities: readonly EmergencyAct[]): string[] {
  const { acts } = wordsIn(language).emergency;
  return capabilities.map((capability) => `- ${acts[capability]}`);
}

async function write(
  trx: Parameters<typeof appendLedger>[0],
  siteId: SiteId,
  event: "emergency.agreed" | "emergency.ended",
  payload: Readonly<Record<string, unknown>>,
  actor: Actor,
  now: Date,
): Promise<void> {
  await appendLedger(trx, { chain: siteId, event, actor: actorText(actor), payload, now });
}

async function lockSite(trx: Database, siteId: SiteId): Promise<void> {
  const site = await trx
    .selectFrom("site")
    .select("id")
    .where("id", "=", siteId)
    .where("removedAt", "is", null)
    .forUpdate()
    .executeTakeFirst();
  if (site === undefined) throw noSuchSite();
}

async function readEmergency(db: Database, siteId: SiteId): Promise<EmergencyConsent | null> {
  const row = await db.selectFrom("emergencyConsent").selectAll().where("siteId", "=", siteId).executeTakeFirst();
  if (row === undefined) return null;
  const { siteId: _, setBy, ...terms } = row;
  return { ...terms, setBy: nameInActor(setBy) };
}
