import { type AskStep, inLanguage, type RunEventData, type RunId, type SiteId } from "@caretaker/protocol";
import type { Trx } from "../../db/database.ts";
import type { RunRow } from "../record.ts";
import { ON, REST, type Ride, type Turn } from "../ride.ts";

/** Asks whoever looks at the run, or whoever lives there, and goes on with what was answered. */
export async function advanceAsk(ride: Ride, step: AskStep): Promise<Turn> {
  const { phase, said } = ride.active;
  if (phase !== "questioned") return askQuestion(ride, step);
  if (said == null) await ride.finishStep("unanswered", "expired");
  else if (typeof step.answers === "string")
    await ride.finishStep("answered", "answered", { output: { answer: said } });
  else await ride.finishStep("answered", String(said), { output: { answer: said } });
  return ON;
}

/**
 * The question and the pause are one commit: whoever sees the one finds the other, however quick he is. Where nobody of the
 * home can be asked, nobody answers, and the run goes on as after a silence.
 */
async function askQuestion(ride: Ride, step: AskStep): Promise<Turn> {
  let turn = REST;
  await ride.commit(async (trx, row, now) => {
    const say = inLanguage(step.say, "en");
    const asked = step.of === "homeowner" ? await askHome(ride, trx, row, step, now) : null;
    const isAsked = asked === null || "answerBy" in asked;
    const answerBy =
      asked !== null && "answerBy" in asked ? asked.answerBy : new Date(now.getTime() + step.withinSeconds * 1000);
    const until = answerBy.toISOString();
    const question: RunEventData = {
      kind: "question.asked",
      step: step.name,
      say,
      answers: step.answers,
      answerBy: until,
      ...(asked === null ? {} : "cannot" in asked ? { cannot: asked.cannot } : { sentTo: asked.sentTo }),
    };
    turn = isAsked ? REST : ON;
    const memory = ride.note({ phase: "questioned", answers: step.answers, said: null });
    if (!isAsked) return { events: [question], memory };
    return {
      events: [question, { kind: "run.waiting", for: "waiting_for_answer", until, why: say }],
      memory: { ...memory, pause: { since: now.toISOString(), until: null, gatewayId: null } },
      wakeAt: row.stopRequestedAt === null ? answerBy : new Date(0),
      release: true,
    };
  });
  return turn;
}

function askHome(ride: Ride, trx: Trx, { id, siteId }: RunRow, step: AskStep, now: Date) {
  return ride.deps.consent.askHome(trx, {
    run: { id: id as RunId, siteId: siteId as SiteId },
    step: step.name,
    say: step.say,
    answers: step.answers,
    withinSeconds: step.withinSeconds,
    now,
  });
}
