import type { createConsent } from "../consent/consent.ts";
import type { Log } from "../log.ts";
import type { Agents } from "./agents.ts";
import { type HelpDeps, takeHelp } from "./help.ts";

type TakesAnswers = Pick<ReturnType<typeof createConsent>, "takeFromAgent">;

/** Hands on what somebody of a home said to the agent there: an answer to consent, and a call for help to the firm. */
export function takeWhatAgentsSay(
  agents: Pick<Agents, "onSaid">,
  { consent, help, log }: { consent: TakesAnswers; help: HelpDeps; log: Log },
): void {
  agents.onSaid(({ said, ...from }) => {
    if (said.kind === "help") {
      takeHelp(help, { ...from, said }).catch((error: unknown) =>
        log.error({ error, agentId: from.agentId }, "A home's call for help was not taken."),
      );
      return;
    }
    consent.takeFromAgent({ ...from, ...said }).then(
      (became) => log.info({ agentId: from.agentId, became }, "An answer was given at the agent in a home."),
      (error: unknown) => log.error({ error, agentId: from.agentId }, "An answer of a home's agent was not taken."),
    );
  });
}
