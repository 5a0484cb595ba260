import type { ConsentStep, RunEventData, StepStatus } from "@caretaker/protocol";
import type { AnswerForRun } from "../../consent/types.ts";
import { transaction } from "../../db/database.ts";
import { proposalFrom } from "../acts.ts";
import { askHomeowner } from "../ask.ts";
import { ON, type Ride, type Turn } from "../ride.ts";

/** Asks earlier than a fix would: for all fixes that can come from here on. */
export async function advanceConsent(ride: Ride, step: ConsentStep): Promise<Turn> {
  const { phase, answer } = ride.active;
  if (phase === "asked") return takeAnswer(ride, answer);
  if (ride.row.isRehearsal) {
    await ride.finishStep("rehearsed", "allowed");
    return ON;
  }
  const covered = await coveredNow(ride, step);
  if (covered === null) return askHomeowner(ride, step);
  const { result, because } = covered;
  const decided: RunEventData = { kind: "step.decided", step: step.name, branch: result, because };
  await ride.finishStep(result, result, { events: [decided] });
  return ON;
}

/** Whether all of it is allowed already, or was refused before: then nobody is asked. Null when somebody has to be. */
async function coveredNow(
  ride: Ride,
  step: ConsentStep,
): Promise<{ readonly result: "allowed" | "refused"; readonly because: string } | null> {
  const { acts } = await proposalFrom(ride, step);
  const { consent, db, now: clock } = ride.deps;
  const { siteId, runId } = ride;
  return transaction(db, async (trx) => {
    const now = await clock(trx);
    let isMissing = false;
    for (const act of acts) {
      const verdict = await consent.permit(trx, { siteId, runId, act, onlyLooks: true, now });
      // What may begin later is allowed: its fix waits for that.
      if (verdict.permitted || verdict.code === "not_yet") continue;
      if (verdict.code === "consent_refused") return { result: "refused", because: verdict.message };
      isMissing = true;
    }
    return isMissing ? null : { result: "allowed", because: "All that can be done from here on is allowed already." };
  });
}

const ENDS: Readonly<Record<Exclude<AnswerForRun, "withdrawn">, readonly [StepStatus, string]>> = {
  allowed: ["allowed", "allowed"],
  refused: ["refused", "refused"],
  // The homeowner has to be reached first: no yes to what stands here.
  another_time: ["refused", "refused"],
  expired: ["unanswered", "expired"],
};

async function takeAnswer(ride: Ride, answer: AnswerForRun | null): Promise<Turn> {
  if (answer === null || answer === "withdrawn") throw new Error(`${ride.step.name} goes on without an answer.`);
  const [status, result] = ENDS[answer];
  await ride.finishStep(status, result);
  return ON;
}
