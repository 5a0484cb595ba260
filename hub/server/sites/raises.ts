import { CaretakerError, type PlanId, type ScopeRaise, type SiteId } from "@caretaker/protocol";
import { type Database, transaction } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import type { Handlers } from "../http/handler.ts";
import { actorText, nameInActor } from "../ledger/actor.ts";
import { appendLedger } from "../ledger/append.ts";
import { tellView } from "../state/hiding.ts";
import type { SitesDeps } from "./deps.ts";

/** Raising is quick and for whoever fixes: it is a brake. Taking a raise back is for those who review, with a fresh factor. */
export function raiseHandlers({
  db,
  announcements,
}: Pick<SitesDeps, "db" | "announcements">): Pick<Handlers, "raise.list" | "raise.set" | "raise.lift"> {
  return {
    "raise.list": async ({ siteId }) => {
      const site = await db.selectFrom("site").select("planId").where("id", "=", siteId).executeTakeFirst();
      return { items: await listRaises(db, siteId), planId: (site?.planId ?? null) as PlanId | null };
    },
    "raise.set": async ({ siteId, deviceId, capability, scope, private: isPrivate, reason }, { actor, now }) => {
      if (scope === null && !isPrivate) {
        const message = "raises nothing: say a scope, or that it is private";
        throw new CaretakerError("invalid_input", `This ${message}.`, { fields: [{ path: "scope", message }] });
      }
      await transaction(db, async (trx) => {
        await trx.selectFrom("site").select("id").where("id", "=", siteId).forUpdate().execute();
        if (deviceId !== undefined) await requireDeviceOf(trx, siteId, deviceId);
        const before = await trx
          .selectFrom("scopeRaise")
          .selectAll()
          .where("siteId", "=", siteId)
          .where("deviceId", "is not distinct from", deviceId ?? null)
          .where("capability", "is not distinct from", capability ?? null)
          .executeTakeFirst();
        if (before !== undefined && isLower({ scope, isPrivate }, before)) {
          throw new CaretakerError(
            "conflict",
            `${nameInActor(before.setBy)} raised this further: ${before.reason}. Take that back first; a senior or the principal can.`,
          );
        }
        // What is made private besides stays raised as far as it was.
        const raisedTo = scope ?? before?.scope ?? null;
        if (before !== undefined) await trx.deleteFrom("scopeRaise").where("id", "=", before.id).execute();
        await trx
          .insertInto("scopeRaise")
          .values({
            id: newId<string>(now.getTime()),
            siteId,
            deviceId: deviceId ?? null,
            capability: capability ?? null,
            scope: raisedTo,
            isPrivate,
            reason,
            setBy: actorText(actor),
            setAt: now,
          })
          .execute();
        const raised = { deviceId: deviceId ?? null, capability: capability ?? null };
        const payload = { ...raised, scope: raisedTo, private: isPrivate, reason };
        await appendLedger(trx, { chain: siteId, event: "scopes.raised", actor: actorText(actor), payload, now });
        await tellView(trx, siteId);
      });
      announcements.announce({ type: "view.limited", siteId });
      return { items: await listRaises(db, siteId) };
    },
    "raise.lift": async ({ siteId, deviceId, capability, reason }, { actor, now }) => {
      await transaction(db, async (trx) => {
        const gone = await trx
          .deleteFrom("scopeRaise")
          .where("siteId", "=", siteId)
          .where("deviceId", "is not distinct from", deviceId ?? null)
          .where("capability", "is not distinct from", capability ?? null)
          .returning(["scope", "isPrivate"])
          .executeTakeFirst();
        if (gone === undefined) throw new CaretakerError("not_found", "Nothing is raised here.");
        const raised = { deviceId: deviceId ?? null, capability: capability ?? null };
        const payload = { ...raised, lifted: gone.scope, private: gone.isPrivate, reason };
        await appendLedger(trx, { chain: siteId, event: "scopes.raise_lifted", actor: actorText(actor), payload, now });
        await tellView(trx, siteId);
      });
      announcements.announce({ type: "view.limited", siteId });
      return { items: await listRaises(db, siteId) };
    },
  };
}

function isLower(
  wanted: { readonly scope: string | null; readonly isPrivate: boolean },
  before: { readonly scope: string | null; readonly isPrivate: boolean },
): boolean {
  const isScopeLower = before.scope === "disruptive" && wanted.scope === "fix";
  return (before.isPrivate && !wanted.isPrivate) || isScopeLower;
}

async function requireDeviceOf(db: Database, siteId: string, deviceId: string): Promise<void> {
  const device = await db
    .selectFrom("device")
    .innerJoin("gateway", "gateway.id", "device.gatewayId")
    .select("device.id")
    .where("device.id", "=", deviceId)
    .where("gateway.siteId", "=", siteId)
    .executeTakeFirst();
  if (device !== undefined) return;
  const message = "is no device of this site";
  throw new CaretakerError("invalid_input", `This ${message}.`, { fields: [{ path: "deviceId", message }] });
}

async function listRaises(db: Database, siteId: SiteId): Promise<ScopeRaise[]> {
  const rows = await db
    .selectFrom("scopeRaise")
    .leftJoin("device", "device.id", "scopeRaise.deviceId")
    .select(["deviceId", "device.name as deviceName", "capability", "scope", "isPrivate", "reason", "setBy", "setAt"])
    .where("siteId", "=", siteId)
    .orderBy("setAt")
    .execute();
  const byPlan = await db
    .selectFrom("planRaise")
    .innerJoin("plan", "plan.id", "planRaise.planId")
    .innerJoin("site", "site.planId", "plan.id")
    .select(["plan.name as planName", "capability", "scope", "isPrivate", "reason", "setBy", "setAt"])
    .where("site.id", "=", siteId)
    .orderBy("capability")
    .execute();
  const ofHome = rows.map((row) => ({ ...row, planName: null }));
  const ofPlan = byPlan.map((row) => ({ ...row, deviceId: null, deviceName: null }));
  return [...ofHome, ...ofPlan].map(({ isPrivate, setBy, deviceId, ...row }) => ({
    ...row,
    deviceId: deviceId as ScopeRaise["deviceId"],
    private: isPrivate,
    setBy: nameInActor(setBy),
  }));
}
