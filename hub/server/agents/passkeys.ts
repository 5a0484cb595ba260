import {
  type AgentId,
  type AgentPolicy,
  CaretakerError,
  type Clock,
  isCaretakerError,
  type PasskeyAsk,
  PasskeyChallenge,
  PasskeyOffer,
  type PasskeysSaid,
  PasskeyTaken,
  type PasskeyView,
  type SiteId,
} from "@caretaker/protocol";
import { passkeyLookup } from "@caretaker/reach/agent-proof.ts";
import type { z } from "zod";
import type { createConsent } from "../consent/consent.ts";
import { unknownLink } from "../consent/open-request.ts";
import { type Database, now } from "../db/database.ts";
import type { Handlers } from "../http/handler.ts";
import { type AgentLink, agentAway } from "./agent-link.ts";

/** An agent that has a line here and takes passkeys. */
export interface PasskeyAgent {
  readonly link: AgentLink;
  readonly agentId: AgentId;
  readonly siteId: SiteId;
  readonly fingerprint: string;
  readonly said: PasskeysSaid;
  readonly policy: AgentPolicy | null;
}

export interface PasskeyDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly agents: { withPasskeys(): readonly PasskeyAgent[] };
  readonly consent: Pick<ReturnType<typeof createConsent>, "link" | "signable" | "takeFromAgent">;
}

type PasskeyHandlers = Pick<
  Handlers,
  "passkey.view" | "passkey.make" | "consent.passkey.challenge" | "consent.passkey.allow"
>;

/** Shorter than the page waits, so that the page can say what is wrong. */
const ANSWERS_WITHIN_MILLISECONDS = 10_000;

/**
 * Whether a yes of this home counts only where its agent took it, and a passkey is there to sign it. One that was made at
 * another address than homeowners' links have is of no use to them.
 */
export function takesPasskeys(agents: PasskeyDeps["agents"], siteId: SiteId, publicUrl: string): boolean {
  const agent = agents.withPasskeys().find((one) => one.siteId === siteId);
  if (agent === undefined || agent.said.count === 0 || agent.policy === null) return false;
  if (agent.said.origin !== new URL(publicUrl).origin) return false;
  return agent.policy.stoppedAt === null && agent.policy.hubAlone !== "all";
}

/** Carries between a browser and the agent in a home. What is carried is judged there, and none of it is kept here. */
export function passkeyHandlers({ db, clock, agents, consent }: PasskeyDeps): PasskeyHandlers {
  const agentOf = (siteId: SiteId): PasskeyAgent => {
    const agent = agents.withPasskeys().find((one) => one.siteId === siteId);
    if (agent === undefined) throw agentAway();
    return agent;
  };
  const make = async (token: string, ask: PasskeyAsk): Promise<PasskeyView> => {
    const agent = opened(agents, token, await now(db));
    const offer = await carry(clock, agent.link, ask, PasskeyOffer);
    return { ...(await whose(db, agent.siteId)), offer };
  };
  return {
    "passkey.view": ({ token }) => make(token, { what: "passkey_offer", token }),

    "passkey.make": ({ token, credential }) => make(token, { what: "passkey_made", token, credential }),

    "consent.passkey.challenge": async ({ token }) => {
      const { siteId, requestId, digest } = await consent.signable(token);
      const ask: PasskeyAsk = { what: "passkey_challenge", requestId, digest };
      return notKnownYet(carry(clock, agentOf(siteId).link, ask, PasskeyChallenge));
    },

    "consent.passkey.allow": async ({ token, proposalCode, credential }) => {
      const question = await consent.signable(token);
      if (question.proposalCode !== proposalCode)
        throw new CaretakerError("changed_meanwhile", "This is not what is asked now: read it again.");
      const { siteId, requestId, digest } = question;
      const { link, agentId, fingerprint } = agentOf(siteId);
      const ask: PasskeyAsk = { what: "passkey_yes", requestId, digest, credential };
      const { code: passkey } = await notKnownYet(carry(clock, link, ask, PasskeyTaken));
      // The agent says it by itself too; whichever comes first is written down, and the other finds it answered.
      const answer = { requestId, digest, answer: "allow", way: "passkey", passkey } as const;
      await consent.takeFromAgent({ ...answer, siteId, agentId, fingerprint });
      return consent.link.view(token);
    },
  };
}

/** The agent whose link this is. One that does not exist, is too old or was ended looks the same. */
function opened({ withPasskeys }: PasskeyDeps["agents"], token: string, moment: Date): PasskeyAgent {
  const lookup = passkeyLookup(token);
  const agent = withPasskeys().find(({ said: { link } }) => link?.lookup === lookup);
  if (agent?.said.link == null || Date.parse(agent.said.link.expiresAt) <= moment.getTime()) throw unknownLink();
  return agent;
}

async function whose(db: Database, siteId: SiteId): Promise<Omit<PasskeyView, "offer">> {
  const firm = await db.selectFrom("firm").select(["name", "phone"]).executeTakeFirstOrThrow();
  const { name: home, language } = await db
    .selectFrom("site")
    .select(["name", "language"])
    .where("id", "=", siteId)
    .executeTakeFirstOrThrow();
  return { language, firm, home };
}

async function carry<S extends z.ZodType>(
  clock: Clock,
  link: AgentLink,
  ask: PasskeyAsk,
  shape: S,
): Promise<z.infer<S>> {
  let cancel = (): void => {};
  const late = new Promise<never>((_, reject) => {
    cancel = clock.after(ANSWERS_WITHIN_MILLISECONDS, () =>
      reject(new CaretakerError("gateway_timeout", "The agent in the home did not answer in time.")),
    );
  });
  try {
    return shape.parse(await Promise.race([link.ask(ask), late]));
  } finally {
    cancel();
  }
}

/** A question that the agent was not told of yet is no link that leads nowhere. */
async function notKnownYet<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!isCaretakerError(error, "not_found")) throw error;
    throw new CaretakerError("conflict", "The box in the home has not heard of this yet. Try again in a few seconds.", {
      cause: error,
    });
  }
}
