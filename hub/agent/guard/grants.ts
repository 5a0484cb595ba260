import { type AgentQuestion, type CapabilityDeclaration, scopeRank } from "@caretaker/protocol";
import { canonicalJson, digestOf } from "@caretaker/reach/canonical.ts";
import type { KeptQuestion } from "../store/home-state.ts";
import type { Made } from "./acts.ts";
import type { GuardedAct } from "./guard.ts";

/** A yes has to be used soon, or in the time that it names, which is not further away than this. */
export const BEGIN_WITHIN = 60 * 60_000;
const LONGEST_AHEAD = 14 * 24 * 60 * 60_000;
/** However long a proposal says that it takes. */
const LONGEST_LIMIT = 12 * 60 * 60_000;
/** What did not help may be put back so much longer than new things may be begun. */
const PUT_BACK_WITHIN = 15 * 60_000;

export type Verdict =
  | { readonly permits: true }
  | { readonly permits: false; readonly code: "consent_missing" | "consent_expired"; readonly why: string };

export interface GrantFacts {
  readonly siteId: string;
  /** What this yes was used for so far. */
  readonly made: readonly Made[];
  readonly touchesPrivate: boolean;
  readonly now: number;
}

/** Whether what somebody of the home said yes to is this very act, now. Pure. */
export function judgeGrant(kept: KeptQuestion | undefined, act: GuardedAct, facts: GrantFacts): Verdict {
  const grant = standing(kept, facts);
  if ("permits" in grant) return grant;
  const { question, allowedAt } = grant;
  const late = lateness(question, { ...facts, allowedAt, purpose: act.purpose });
  if (late !== null) return late;
  return act.purpose === "undo" ? judgeUndo(question, act, facts) : judgeDo(question, act, facts);
}

function standing(kept: KeptQuestion | undefined, { siteId }: GrantFacts) {
  if (kept === undefined) return missing("Nobody in the home was asked that.");
  const { question, answer, answeredAt, isVoid } = kept;
  if (answer !== "allow" || answeredAt === null || isVoid)
    return missing("Nobody in the home has said yes to this, or they took it back.");
  if (digestOf(question.proposal) !== question.digest)
    return missing("What is kept of the question is not what was said yes to.");
  if (question.proposal.siteId !== siteId) return missing("What was said yes to is of another home.");
  return { question, allowedAt: Date.parse(answeredAt) };
}

/** Until when a yes may be used for the first time. */
export function beginBy({ window }: AgentQuestion["proposal"], allowedAt: number): number {
  return window === null ? allowedAt + BEGIN_WITHIN : Math.min(Date.parse(window.to), allowedAt + LONGEST_AHEAD);
}

function lateness(
  { proposal }: AgentQuestion,
  { made, now, allowedAt, purpose }: GrantFacts & { readonly allowedAt: number; readonly purpose: string },
): Verdict | null {
  const first = made.find((one) => one.purpose === "do");
  if (first === undefined) {
    if (now > beginBy(proposal, allowedAt))
      return expired(
        proposal.window === null
          ? "What was allowed was not begun within the hour: ask again."
          : "What was allowed was not begun in its time: ask again.",
      );
  } else {
    const limit = Math.min(proposal.limitSeconds * 1000, LONGEST_LIMIT);
    const longer = purpose === "undo" ? PUT_BACK_WITHIN : 0;
    if (now > Date.parse(first.at) + limit + longer) return expired("The time that was allowed for the work is over.");
  }
  const { window } = proposal;
  const isOutside = window !== null && (now < Date.parse(window.from) || now > Date.parse(window.to));
  return isOutside && purpose === "do" ? expired("It was allowed for another time.") : null;
}

function judgeDo({ proposal }: AgentQuestion, act: GuardedAct, { made, touchesPrivate }: GrantFacts): Verdict {
  const input = canonicalJson(act.input);
  const asked = proposal.acts.filter(
    (one) =>
      gatewayIn(one.target) === act.gatewayId &&
      one.capability === act.capability &&
      canonicalJson(one.input) === input,
  );
  if (asked.length === 0) return missing("This was not part of what was allowed.");
  const fitting = asked.filter((one) => saysEnough(one, act.declaration, touchesPrivate));
  if (fitting.length === 0) return missing("More would happen than what was allowed says.");
  const tries = fitting.reduce((sum, one) => sum + one.tries, 0);
  const used = made.filter((one) => one.purpose === "do" && isSame(one, act, input)).length;
  return used < tries ? { permits: true } : missing(`It was allowed ${tries} times, and they are used.`);
}

/** A question that calls an act less than the agent's own catalogue does was not a question about that act. */
export function saysEnough(
  asked: { readonly scope: AgentQuestion["proposal"]["scope"]; readonly private: boolean },
  declaration: Pick<CapabilityDeclaration, "scope">,
  touchesPrivate: boolean,
): boolean {
  return scopeRank(asked.scope) >= scopeRank(declaration.scope) && (asked.private || !touchesPrivate);
}

/** Puts back what was done, in the way that stood in the question, and no oftener than it was done. */
function judgeUndo({ proposal }: AgentQuestion, act: GuardedAct, { made }: GrantFacts): Verdict {
  const input = canonicalJson(act.input);
  const undone = made.filter((one) => one.purpose === "undo" && isSame(one, act, input)).length;
  let done = 0;
  const counted = new Set<string>();
  for (const asked of proposal.acts) {
    const isItsUndo =
      asked.undo?.capability === act.capability &&
      canonicalJson(asked.undo.input) === input &&
      gatewayIn(asked.target) === act.gatewayId;
    const itself = canonicalJson([asked.capability, asked.input]);
    if (!isItsUndo || counted.has(itself)) continue;
    counted.add(itself);
    const own = canonicalJson(asked.input);
    done += made.filter(
      (one) =>
        one.purpose === "do" &&
        one.outcome !== "failed" &&
        one.gatewayId === act.gatewayId &&
        one.capability === asked.capability &&
        one.input === own,
    ).length;
  }
  if (done === 0) return missing("Nothing was done here that this would put back.");
  return undone < done ? { permits: true } : missing("It was put back already.");
}

function isSame(made: Made, act: GuardedAct, input: string): boolean {
  return made.gatewayId === act.gatewayId && made.capability === act.capability && made.input === input;
}

export function gatewayIn(target: string): string {
  return target.split("/", 1)[0] ?? "";
}

function missing(why: string): Verdict & { readonly permits: false } {
  return { permits: false, code: "consent_missing", why };
}

function expired(why: string): Verdict & { readonly permits: false } {
  return { permits: false, code: "consent_expired", why };
}
