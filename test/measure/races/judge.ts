import type { RunEvent } from "@caretaker/protocol";
import { verifyChain } from "@caretaker/server/ledger/read.ts";
import type { Meeting } from "./meeting.ts";

export interface Tally {
  meetings: number;
  intents: number;
  stopped: number;
  afterStop: number;
  afterFreeze: number;
  afterRaise: number;
  afterShutOut: number;
  withoutConsent: number;
  otherThanAllowed: number;
  privateOnACall: number;
  doubled: number;
  broken: number;
}

export const NOTHING: Tally = {
  meetings: 0,
  intents: 0,
  stopped: 0,
  afterStop: 0,
  afterFreeze: 0,
  afterRaise: 0,
  afterShutOut: 0,
  withoutConsent: 0,
  otherThanAllowed: 0,
  privateOnACall: 0,
  doubled: 0,
  broken: 0,
};

const NEVER = Number.POSITIVE_INFINITY;

/** Reads out of what was committed what went wrong in one meeting. */
export async function judge({ test, home, runId, intendedBefore }: Meeting, tally: Tally): Promise<void> {
  const { db } = test;
  const events = await test.events(runId);
  const attempts = await db.selectFrom("attempt").selectAll().where("runId", "=", runId).execute();
  const numberOf = new Map(
    events.flatMap(({ number, data }) => (data.kind === "fix.intended" ? [[data.attemptId, number] as const] : [])),
  );
  const placeOf = ({ id }: { readonly id: string }): number => numberOf.get(id) ?? NEVER;
  const forward = attempts.filter(({ purpose }) => purpose === "do").sort((a, b) => placeOf(a) - placeOf(b));
  const stop = events.find(({ data }) => isStop(data))?.number ?? NEVER;
  tally.intents += forward.length;
  if (stop !== NEVER && events.some(({ data }) => isYes(data))) tally.stopped += 1;
  tally.afterStop += forward.filter((attempt) => placeOf(attempt) > stop).length;
  tally.afterFreeze += forward.length - (intendedBefore.freeze ?? forward.length);
  tally.afterShutOut += forward.length - (intendedBefore.shutOut ?? forward.length);

  const requests = await db.selectFrom("consentRequest").selectAll().where("runId", "=", runId).execute();
  for (const [place, attempt] of forward.entries()) {
    const { intendedAt, input, consent } = attempt;
    const request = requests.find(({ id }) => id === consent.requestId);
    const yes = events.find(({ data }) => isYes(data) && data.requestId === request?.id)?.number ?? NEVER;
    const isFirst = intendedAt === request?.firstActAt;
    const until = isFirst ? request.startBy : (request?.endsAt ?? null);
    const isInTime = until !== null && Date.parse(intendedAt) < Date.parse(until);
    if (placeOf(attempt) < yes || !isInTime) tally.withoutConsent += 1;
    const allowed = request?.proposal.acts.find((act) => JSON.stringify(act.input) === JSON.stringify(input));
    if (allowed === undefined) tally.otherThanAllowed += 1;
    if (place >= (intendedBefore.raise ?? NEVER) && allowed?.private !== true) tally.afterRaise += 1;
    if (request?.isPrivate === true && request.grade === "C") tally.privateOnACall += 1;
  }
  const sent = test.house.acts.map(({ attemptId }) => attemptId);
  tally.doubled += sent.length - new Set(sent).size;
  if (!(await verifyChain(db, home.siteId)).whole) tally.broken += 1;
}

function isYes(data: RunEvent["data"]): data is Extract<RunEvent["data"], { kind: "consent.answered" }> {
  return data.kind === "consent.answered" && data.answer === "allowed";
}

/** The log's numbers are the order in which things were committed: each holds the run's row until its end. */
function isStop(data: RunEvent["data"]): boolean {
  if (data.kind === "run.stop_requested") return true;
  return data.kind === "consent.answered" && ["refused", "another_time", "withdrawn", "expired"].includes(data.answer);
}
