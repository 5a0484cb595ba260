import { type AskStep, inLanguage, type RunEventData } from "@caretaker/protocol";
import { ON, REST, type Ride, type Turn } from "../ride.ts";

/** Asks whoever looks at the run, and goes on with what was answered. */
export async function advanceAsk(ride: Ride, step: AskStep): Promise<Turn> {
  const { phase, said } = ride.active;
  if (phase !== "questioned") return askQuestion(ride, step);
  if (said == null) await ride.finishStep("unanswered", "expired");
  else if (typeof step.answers === "string")
    await ride.finishStep("answered", "answered", { output: { answer: said } });
  else await ride.finishStep("answered", String(said), { output: { answer: said } });
  return ON;
}

/** The question and the pause are one commit: whoever sees the one finds the other, however quick he is. */
async function askQuestion(ride: Ride, step: AskStep): Promise<Turn> {
  await ride.commit((_trx, row, now) => {
    const answerBy = new Date(now.getTime() + step.withinSeconds * 1000);
    const until = answerBy.toISOString();
    const say = inLanguage(step.say, "en");
    const events: RunEventData[] = [
      { kind: "question.asked", step: step.name, say, answers: step.answers, answerBy: until },
      { kind: "run.waiting", for: "waiting_for_answer", until, why: say },
    ];
    return {
      events,
      memory: {
        ...ride.note({ phase: "questioned", answers: step.answers, said: null }),
        pause: { since: now.toISOString(), until: null, gatewayId: null },
      },
      wakeAt: row.stopRequestedAt === null ? answerBy : new Date(0),
      release: true,
    };
  });
  return REST;
}
