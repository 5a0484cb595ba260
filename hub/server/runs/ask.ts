import type { ConsentRequestId, ConsentStep, FixStep, RunEventData } from "@caretaker/protocol";
import { proposalFrom } from "./acts.ts";
import { ON, REST, type Ride, type Turn } from "./ride.ts";

/**
 * Asks the homeowner for all that can be done from this step on: a fix asks by itself, a `consent` step earlier. The
 * pause is written in the transaction in which the question is: an answer, however quick, finds a run that waits for it.
 */
export async function askHomeowner(ride: Ride, step: FixStep | ConsentStep): Promise<Turn> {
  const proposal = await proposalFrom(ride, step);
  let hasAsked = false;
  await ride.commit(async (trx, row, now) => {
    hasAsked = false;
    const asked = await ride.deps.consent.ask(trx, {
      run: { id: ride.runId, siteId: ride.siteId },
      step: step.name,
      proposal,
      scope: proposal.scope,
      isPrivate: proposal.acts.some((act) => act.private),
      limitSeconds: proposal.limitSeconds,
      homeownerAsked: row.homeownerAsked,
      ...(step.kind === "consent" ? { tell: step.tell } : {}),
      ...(step.kind === "consent" && step.withinSeconds !== null ? { answerWithinSeconds: step.withinSeconds } : {}),
      now,
    });
    if ("cannot" in asked) {
      const ended: RunEventData[] = [
        { kind: "fix.refused", step: step.name, code: "consent_missing", message: asked.cannot },
        { kind: "step.ended", step: step.name, status: "stopped", result: "consent_missing" },
        { kind: "run.finished", outcome: "needs_homeowner", note: `Nobody could be asked: ${asked.cannot}` },
      ];
      return { events: ended };
    }
    hasAsked = true;
    const { requestId, answerBy, sentTo } = asked;
    const until = answerBy.toISOString();
    const { scope } = proposal;
    return {
      events: [
        { kind: "consent.asked", step: step.name, requestId, scope, sentTo, answerBy: until },
        { kind: "run.waiting", for: "waiting_for_consent", until, why: `${sentTo} was asked.` },
      ],
      memory: {
        ...ride.note({ phase: step.kind === "consent" ? "asked" : "before", poll: null }),
        asked: [...ride.memory.asked, step.name],
        question: requestId,
        pause: { since: now.toISOString(), until: null, gatewayId: null },
      },
      wakeAt: answerBy,
      release: true,
    };
  });
  if (!hasAsked) return ON;
  ride.deps.announcements.announce({ type: "message.due" });
  return REST;
}

/**
 * What was allowed by a way that the agent in the home does not take for one waits until it is allowed there as well. False where
 * nothing can be waited for: it was allowed there, or it has ended meanwhile.
 */
export async function waitForYesAtHome(ride: Ride, requestId: ConsentRequestId): Promise<boolean> {
  let isWaiting = false;
  await ride.commit(async (trx, row, now) => {
    const until = row.stopRequestedAt === null ? await ride.deps.consent.waitAtHome(trx, { requestId, now }) : null;
    isWaiting = until !== null;
    if (until === null) return { events: [] };
    const why =
      "The agent in the home wants a yes of its own: somebody there gives it on its page or in Home Assistant.";
    return {
      events: [{ kind: "run.waiting", for: "waiting_for_consent", until: until.toISOString(), why }],
      memory: {
        ...ride.note({ phase: "before", poll: null }),
        question: requestId,
        pause: { since: now.toISOString(), until: null, gatewayId: null },
      },
      wakeAt: until,
      release: true,
    };
  });
  return isWaiting;
}
