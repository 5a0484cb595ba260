import { inLanguage, type RunEventData, type Text } from "@caretaker/protocol";
import { transaction } from "../db/database.ts";
import type { PlannedAct } from "./acts.ts";
import { freezeOf } from "./freeze.ts";
import { type At, finishAt } from "./items.ts";
import { placeOf } from "./place.ts";
import { affectedBy, objection } from "./protect.ts";
import { ON, type Ride, type Turn } from "./ride.ts";

type Rehearsed = Extract<RunEventData, { kind: "fix.rehearsed" }>;

/**
 * A rehearsal makes every check and says what each fix would do. It goes on as if the fix had helped, so that the ones
 * after it are said as well; checks that fail from then on are taken as good, since the home is as nobody has mended it.
 */
export async function rehearseFix(ride: Ride, at: At, act: PlannedAct): Promise<Turn> {
  const said: Rehearsed = {
    kind: "fix.rehearsed",
    ...placeOf(at),
    ...shown(act),
    ...(await permissionFor(ride, act)),
  };
  const rehearsed = [...new Set([...ride.memory.rehearsed, act.step])];
  await ride.commit({ events: [said], memory: ride.note({}, { rehearsed }) });
  await finishAt(ride, at, "rehearsed", "fixed");
  return ON;
}

/** Whether a fix was only said before: then what fails may fail because of that. */
export function isAfterRehearsed({ memory }: Ride): boolean {
  return memory.rehearsed.length > 0;
}

/** Ends a check or a wait that failed as if it had passed, and says so. */
export async function takeAsGood(
  ride: Ride,
  at: At,
  events: readonly RunEventData[],
  output: object | null,
): Promise<Turn> {
  const because = `Taken as good: ${ride.memory.rehearsed.join(", ")} was only said, not done.`;
  const decided: RunEventData = { kind: "step.decided", ...placeOf(at), branch: "pass", because };
  await finishAt(ride, at, "rehearsed", "pass", { events: [...events, decided], output });
  return ON;
}

function shown({ capability, gatewayId, input, proposed }: PlannedAct) {
  const { targetName, scope, private: isPrivate, tries, felt, undo, irreversible } = proposed;
  return {
    capability,
    gatewayId,
    targetName,
    input: { ...input },
    scope,
    private: isPrivate,
    tries,
    felt: wordsOf(felt),
    undo: undo?.capability ?? null,
    irreversible: wordsOf(irreversible),
  };
}

function wordsOf(text: Text | null): string | null {
  return text === null ? null : inLanguage(text, "en");
}

/** What the gate would say now, and who would be asked where it would ask. Asks nobody, and permits nothing. */
function permissionFor(ride: Ride, act: PlannedAct): Promise<Pick<Rehearsed, "permission" | "permissionWords">> {
  const { capability, thing, gatewayId, proposed } = act;
  const { consent, db, now: clock } = ride.deps;
  const { runId, siteId, row } = ride;
  return transaction(db, async (trx) => {
    const affected = await affectedBy(trx, siteId, capability, thing);
    const against = (await freezeOf(trx, row, gatewayId)) ?? objection(capability, thing, affected);
    if (against !== null) return { permission: "refused", permissionWords: against };
    const now = await clock(trx);
    const verdict = await consent.permit(trx, { siteId, runId, act: proposed, purpose: "do", now });
    if (verdict.permitted) {
      const { by } = verdict;
      return { permission: "standing", permissionWords: by.kind === "standing" ? by.scope : by.requestId };
    }
    if (verdict.code === "not_yet") return { permission: "later", permissionWords: verdict.from.toISOString() };
    if (verdict.code !== "consent_missing") return { permission: "refused", permissionWords: verdict.message };
    const run = { id: runId, siteId };
    const whom = await consent.whomToAsk(trx, { run, scope: proposed.scope, isPrivate: proposed.private, now });
    return "cannot" in whom
      ? { permission: "refused", permissionWords: whom.cannot }
      : { permission: "asked", permissionWords: whom.sentTo };
  });
}
