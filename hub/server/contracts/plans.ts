import { CaretakerError, type Plan, type PlanId, type PlanRaise } from "@caretaker/protocol";
import { type Database, isDuplicate, type Trx, transaction } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import type { Call, Handlers } from "../http/handler.ts";
import { actorText, nameInActor } from "../ledger/actor.ts";
import { appendLedger } from "../ledger/append.ts";

type PlanHandlers = Pick<Handlers, "plan.list" | "plan.make" | "plan.update" | "site.plan.set">;

/** What a plan says, as it is asked for and as it stands in the ledger. */
interface Said {
  readonly name: string;
  readonly raises: readonly PlanRaise[];
  readonly reason: string;
}

/**
 * What plans ask for. A change may let more be done than before, so it is for those who review. It holds for the next
 * intent of every home of the plan: the gate holds the plan while it writes one.
 */
export function planHandlers({ db }: { readonly db: Database }): PlanHandlers {
  return {
    "plan.list": async () => ({ items: await listPlans(db) }),

    "plan.make": async (said, call) => {
      const id = newId<PlanId>(call.now.getTime());
      await named(said.name, () =>
        transaction(db, async (trx) => {
          const { name, reason } = said;
          const setBy = actorText(call.actor);
          await trx.insertInto("plan").values({ id, name, reason, setBy, setAt: call.now }).execute();
          await writeRaises(trx, id, said.raises);
          await note(trx, id, said, call);
        }),
      );
      return onePlan(db, id);
    },

    "plan.update": async ({ planId, version, ...said }, call) => {
      await named(said.name, () =>
        transaction(db, async (trx) => {
          const before = await trx
            .selectFrom("plan")
            .select(["version", "setBy"])
            .where("id", "=", planId)
            .forUpdate()
            .executeTakeFirst();
          if (before === undefined) throw noSuchPlan();
          if (before.version !== version)
            throw new CaretakerError(
              "changed_meanwhile",
              `${nameInActor(before.setBy)} has changed this plan meanwhile. Read it again, then say what it should be.`,
            );
          const changed = {
            name: said.name,
            reason: said.reason,
            setBy: actorText(call.actor),
            setAt: call.now,
            version: version + 1,
          };
          await trx.updateTable("plan").set(changed).where("id", "=", planId).execute();
          await trx.deleteFrom("planRaise").where("planId", "=", planId).execute();
          await writeRaises(trx, planId, said.raises);
          await note(trx, planId, said, call);
        }),
      );
      return onePlan(db, planId);
    },

    "site.plan.set": async ({ siteId, planId, reason }, call) => {
      await transaction(db, async (trx) => {
        const plan =
          planId === null
            ? null
            : await trx.selectFrom("plan").select(["id", "name"]).where("id", "=", planId).executeTakeFirst();
        if (plan === undefined) throw noSuchPlan();
        // Whoever writes an intent in this home meanwhile is first, or sees the other plan.
        await trx.selectFrom("site").select("id").where("id", "=", siteId).forUpdate().execute();
        await trx.updateTable("site").set({ planId }).where("id", "=", siteId).execute();
        await appendLedger(trx, {
          chain: siteId,
          event: "site.plan_changed",
          actor: actorText(call.actor),
          payload: { planId, plan: plan?.name ?? null, raises: await raisesOf(trx, planId), reason },
          now: call.now,
        });
      });
      return { planId };
    },
  };
}

function noSuchPlan(): CaretakerError {
  return new CaretakerError("not_found", "There is no such plan.");
}

async function named(name: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    const message = `is what another plan is called: ${name}`;
    throw new CaretakerError("conflict", `This ${message}. Choose another name.`, {
      fields: [{ path: "name", message }],
      cause: error,
    });
  }
}

async function writeRaises(trx: Trx, planId: PlanId, raises: readonly PlanRaise[]): Promise<void> {
  if (raises.length === 0) return;
  const rows = raises.map(({ capability, scope, private: isPrivate }) => ({ planId, capability, scope, isPrivate }));
  await trx.insertInto("planRaise").values(rows).execute();
}

function note(trx: Trx, planId: PlanId, { name, raises, reason }: Said, { actor, now }: Call): Promise<unknown> {
  const payload = { planId, name, raises, reason };
  return appendLedger(trx, { chain: "firm", event: "plan.changed", actor: actorText(actor), payload, now });
}

async function raisesOf(db: Database, planId: PlanId | null): Promise<PlanRaise[]> {
  const rows = await db
    .selectFrom("planRaise")
    .select(["capability", "scope", "isPrivate as private"])
    .where("planId", "=", planId)
    .orderBy("capability")
    .execute();
  return rows;
}

async function listPlans(db: Database, planId?: PlanId): Promise<Plan[]> {
  const rows = await db
    .selectFrom("plan")
    .selectAll()
    .select((select) =>
      select
        .selectFrom("site")
        .select((count) => count.fn.countAll<string>().as("homes"))
        .whereRef("site.planId", "=", "plan.id")
        .where("site.removedAt", "is", null)
        .as("homes"),
    )
    .$if(planId !== undefined, (query) => query.where("id", "=", planId as PlanId))
    .orderBy("name")
    .execute();
  const plans = rows.map(async ({ id, setBy, homes, ...row }) => ({
    ...row,
    id: id as PlanId,
    setBy: nameInActor(setBy),
    homes: Number(homes),
    raises: await raisesOf(db, id as PlanId),
  }));
  return Promise.all(plans);
}

async function onePlan(db: Database, planId: PlanId): Promise<Plan> {
  const [plan] = await listPlans(db, planId);
  if (plan === undefined) throw noSuchPlan();
  return plan;
}
