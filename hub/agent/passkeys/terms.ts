import { createHash } from "node:crypto";
import type { AgentQuestion } from "@caretaker/protocol";
import { canonicalJson, digestOf } from "@caretaker/reach/canonical.ts";
import { BEGIN_WITHIN } from "../guard/grants.ts";

export interface YesFacts {
  /** The agent's own public key: another home's agent has another. */
  readonly agent: string;
  readonly nonce: string;
  readonly expiresAt: string;
}

/**
 * What a yes is signed over: all that it would allow, made by the agent of the proposal that it holds itself, for this
 * agent, once and until then. A yes to anything else has another challenge.
 */
export function challengeOf({ requestId, proposal, answerBy }: AgentQuestion, facts: YesFacts): string {
  const { siteId, acts, limitSeconds, window } = proposal;
  const terms = {
    is: "caretaker passkey yes 1",
    ...facts,
    siteId,
    requestId,
    digest: digestOf(proposal),
    acts: acts.map(({ capability, target, input, scope, private: isPrivate, tries, undo }) => ({
      capability,
      target,
      input,
      scope,
      private: isPrivate,
      tries,
      undo,
    })),
    times: { answerBy, beginWithinSeconds: BEGIN_WITHIN / 1000, limitSeconds, window },
  };
  return createHash("sha256").update(canonicalJson(terms)).digest("base64url");
}
