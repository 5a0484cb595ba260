import {
  AgentQuestion,
  type AgentWay,
  type CapabilityDeclaration,
  type CapabilityName,
  type ConsentRequestId,
  type GatewayId,
  isCapability,
} from "@caretaker/protocol";
import { digestOf } from "@caretaker/reach/canonical.ts";
import type { KeptQuestion } from "../store/home-state.ts";
import { beginBy, gatewayIn, saysEnough } from "./grants.ts";
import type { Inventories } from "./inventories.ts";
import { refusal } from "./refusal.ts";

/** More than anybody would read; a hub that asks more is not heard. */
const MOST_OPEN = 10;
const MOST_ACTS = 100;
/** Kept in one file with all else that is small. */
const LONGEST_QUESTION = 64 * 1024;
/** Beyond these a question that is over is forgotten. */
const MOST_KEPT = 50;
const LONGEST_GRANT = 24 * 60 * 60_000;

export interface QuestionDeps {
  readonly siteId: string;
  readonly now: number;
  readonly inventories: Inventories;
  readonly declarationOf: (gatewayId: GatewayId, capability: CapabilityName) => CapabilityDeclaration | null;
}

/** The questions with this one more; the same list where it is known. Throws where it must not be put to anybody. */
export function withQuestion(
  kept: readonly KeptQuestion[],
  said: AgentQuestion,
  deps: QuestionDeps,
): readonly KeptQuestion[] {
  const question = AgentQuestion.parse(said);
  const known = kept.find((one) => one.question.requestId === question.requestId);
  if (known !== undefined) {
    const isAskedAgain = known.answer === null && known.isOver;
    if (!isAskedAgain && known.question.digest !== question.digest)
      throw refusal("changed_meanwhile", "This question was asked before, and said something else then.");
    // Allowed by another way meanwhile, and perhaps for another time, which is no yes of this home's: now it is asked for that.
    return isAskedAgain
      ? withQuestion(
          kept.filter((one) => one !== known),
          question,
          deps,
        )
      : kept;
  }
  check(question, deps);
  const fresh = forgetOld(kept, deps.now);
  if (fresh.filter((one) => isOpen(one, deps.now)).length >= MOST_OPEN)
    throw refusal("too_many_requests", `${MOST_OPEN} questions wait for an answer in this home already.`);
  const acts = question.proposal.acts.map((act) => {
    const gatewayId = gatewayIn(act.target) as GatewayId;
    const capability = act.capability as CapabilityName;
    return {
      thing: deps.inventories.thingOf(gatewayId, capability, act.input, act.targetName),
      isPrivate: act.private || deps.inventories.touchesPrivate(gatewayId, capability, act.input),
    };
  });
  return [
    ...fresh,
    {
      question,
      things: acts.map(({ thing }) => thing),
      isPrivate: acts.some(({ isPrivate }) => isPrivate),
      askedAt: new Date(deps.now).toISOString(),
      answer: null,
      answeredAt: null,
      way: null,
      isOver: false,
      isVoid: false,
    },
  ];
}

/** It is what it says it is, and says all that it would do. */
function check(
  { proposal, digest, answerBy }: AgentQuestion,
  { siteId, now, inventories, declarationOf }: QuestionDeps,
) {
  if (digestOf(proposal) !== digest)
    throw refusal("invalid_input", "The question's digest is not that of its proposal.");
  if (proposal.siteId !== siteId) throw refusal("invalid_input", "The question is about another home.");
  if (Date.parse(answerBy) <= now) throw refusal("gone", "The time to answer that question is over.");
  if (
    proposal.acts.length === 0 ||
    proposal.acts.length > MOST_ACTS ||
    JSON.stringify(proposal).length > LONGEST_QUESTION
  )
    throw refusal("too_large", `Nobody can read a question of ${proposal.acts.length} things.`);
  for (const act of proposal.acts) {
    if (!isCapability(act.capability))
      throw refusal("invalid_input", `This agent does not know what ${act.capability} does. Update the agent.`);
    const gatewayId = gatewayIn(act.target) as GatewayId;
    const declaration = declarationOf(gatewayId, act.capability);
    const isPrivate = inventories.touchesPrivate(gatewayId, act.capability, act.input);
    const isKnown = inventories.privateOf(gatewayId) !== null;
    if (declaration !== null && !saysEnough(act, declaration, isKnown && isPrivate))
      throw refusal("invalid_input", `The question calls ${act.capability} less than it is.`);
  }
}

/** Whether it can be answered now. */
export function isOpen({ answer, isOver, question }: KeptQuestion, now: number): boolean {
  return answer === null && !isOver && Date.parse(question.answerBy) > now;
}

/** A yes that may still be used. */
export function isStanding({ answer, answeredAt, isVoid, question }: KeptQuestion, now: number): boolean {
  if (answer !== "allow" || isVoid || answeredAt === null) return false;
  const { proposal } = question;
  return now < beginBy(proposal, Date.parse(answeredAt)) + proposal.limitSeconds * 1000;
}

/** What becomes of the questions at Stop: all are over, and each yes is void. `ended` are those that somebody waits for. */
export function stopQuestions(
  kept: readonly KeptQuestion[],
  { now, at, way }: { readonly now: number; readonly at: string; readonly way: AgentWay },
): { readonly questions: KeptQuestion[]; readonly ended: readonly AgentQuestion[] } {
  const ended = kept.filter((one) => isOpen(one, now) || isStanding(one, now));
  const questions = kept.map((one) => {
    const answer = ended.includes(one) ? { answer: "stop" as const, answeredAt: at, way } : {};
    return { ...one, ...answer, isOver: true, isVoid: true };
  });
  return { questions, ended: ended.map(({ question }) => question) };
}

/** What the page shows of them, and whether each can still be answered. */
export function shownQuestions(
  kept: readonly KeptQuestion[],
  now: number,
): readonly (KeptQuestion & { readonly isOpen: boolean })[] {
  return kept
    .filter((one) => isOpen(one, now) || isStanding(one, now))
    .map((one) => ({ ...one, isOpen: isOpen(one, now) }));
}

/** The question as it can be answered, or why it cannot. */
export function answerable(
  kept: readonly KeptQuestion[],
  requestId: ConsentRequestId,
  digest: string,
  now: number,
): KeptQuestion {
  const found = kept.find((one) => one.question.requestId === requestId);
  if (found === undefined) throw refusal("not_found", "There is no such question.");
  if (found.question.digest !== digest)
    throw refusal("changed_meanwhile", "The question says something else now. Read it again.");
  if (found.answer !== null) throw refusal("already_done", "This was answered before. An answer counts once.");
  if (!isOpen(found, now)) throw refusal("gone", "This question is no longer open.");
  return found;
}

function forgetOld(kept: readonly KeptQuestion[], now: number): readonly KeptQuestion[] {
  // A yes for next week is not pushed out by questions that nobody answers.
  const standing = kept.filter((one) => isStanding(one, now));
  const others = kept
    .filter((one) => !standing.includes(one))
    .filter((one) => Date.parse(one.answeredAt ?? one.question.answerBy) > now - LONGEST_GRANT)
    .slice(-MOST_KEPT);
  return kept.filter((one) => standing.includes(one) || others.includes(one));
}
