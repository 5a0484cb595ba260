import { CAPABILITIES, type FixStep } from "@caretaker/protocol";
import { appendLedger } from "../ledger/append.ts";
import { type PlannedAct, planAct } from "./acts.ts";
import { act } from "./gate.ts";
import { type At, atItem } from "./items.ts";
import { placeOf, placeWord, readPlace } from "./place.ts";
import { ON, type Ride, type Turn } from "./ride.ts";

const WHY = "The hub stopped while it was being done, so nobody knows whether it was.";

/**
 * The hub died between an intent and its outcome. It is never sent again: it is uncertain, and the step's verify
 * decides. Where the action has a `settle`, that is sent first, since it may be repeated and leaves no home dark.
 */
export async function recover(ride: Ride): Promise<Turn> {
  const { attemptId, phase } = ride.active;
  const isUndo = phase === "undoing";
  const place = isUndo ? ride.active.undoing?.left[0] : placeWord(ride.step.name, ride.active.item);
  const { step, number } = readPlace(place ?? "");
  const at = await atItem(ride, ride.plan.step(step) as FixStep, number);
  await markUncertain(ride, attemptId ?? "", at);
  const planned = await planAct(ride, at, isUndo ? "undo" : "do");
  if (planned.ok) await settle(ride, at, planned.act);
  await ride.commit({
    events: [],
    memory: ride.note({ phase: isUndo ? "undo_verify" : "verify", act: "uncertain", poll: null }),
  });
  return ON;
}

/** Once; a second recovery of the same attempt finds it marked. */
async function markUncertain(ride: Ride, attemptId: string, at: At): Promise<void> {
  await ride.commit(async (trx, row, now) => {
    const attempt = await trx
      .updateTable("attempt")
      .set({ status: "uncertain", endedAt: now })
      .where("id", "=", attemptId)
      .where("status", "=", "intended")
      .returningAll()
      .executeTakeFirst();
    if (attempt === undefined) return null;
    await appendLedger(trx, {
      chain: ride.siteId,
      event: "act.uncertain",
      actor: "hub",
      payload: {
        runId: row.id,
        run: row.number,
        ...placeOf(at),
        attemptId,
        capability: attempt.capability,
        target: attempt.target,
        why: WHY,
      },
      now,
    });
    return { events: [{ kind: "fix.uncertain", ...placeOf(at), attemptId, why: WHY }] };
  });
}

async function settle(ride: Ride, at: At, cut: PlannedAct): Promise<void> {
  const capability = cut.declaration.settle;
  if (capability === undefined) return;
  const declaration = ride.deps.gateways.capabilitiesOf(cut.gatewayId)[capability];
  if (declaration === undefined) return;
  const { phase } = ride.active;
  const input = Object.fromEntries(
    Object.keys(CAPABILITIES[capability].input.shape).flatMap((field) =>
      Object.hasOwn(cut.input, field) ? [[field, cut.input[field]]] : [],
    ),
  );
  const acted = await act(ride, {
    act: {
      ...cut,
      capability,
      declaration,
      input,
      timeoutSeconds: null,
      proposed: { ...cut.proposed, capability, input },
    },
    purpose: "settle",
    // It may be sent more than once, by each hub that finds the step cut in half.
    number: (await settlesMade(ride, at)) + 1,
    // The step stays as it is, so that a hub that dies here recovers it once more.
    memory: () => ride.note({ phase }),
    after: () => ride.note({ phase }),
  });
  if (acted.kind !== "refused") return;
  await ride.commit({ events: [{ kind: "fix.refused", ...placeOf(at), code: acted.code, message: acted.message }] });
}

async function settlesMade(ride: Ride, { step, item }: At): Promise<number> {
  const { count } = await ride.deps.db
    .selectFrom("attempt")
    .select((select) => select.fn.countAll<number>().as("count"))
    .where("runId", "=", ride.runId)
    .where("step", "=", step.name)
    .where("item", "=", item?.number ?? 0)
    .where("purpose", "=", "settle")
    .executeTakeFirstOrThrow();
  return Number(count);
}
