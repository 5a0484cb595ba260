import type { createConsent } from "../consent/consent.ts";
import type { Log } from "../log.ts";
import type { Agents } from "./agents.ts";

type TakesAnswers = Pick<ReturnType<typeof createConsent>, "takeFromAgent">;

/** Hands on to consent what somebody of a home answered to the agent there. */
export function takeAnswersFromAgents(agents: Pick<Agents, "onSaid">, consent: TakesAnswers, log: Log): void {
  agents.onSaid(({ said, ...from }) => {
    if (said.kind !== "answered") return;
    consent.takeFromAgent({ ...from, ...said }).then(
      (became) => log.info({ agentId: from.agentId, became }, "An answer was given at the agent in a home."),
      (error: unknown) => log.error({ error, agentId: from.agentId }, "An answer of a home's agent was not taken."),
    );
  });
}
