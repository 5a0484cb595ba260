import { voidGrants } from "@caretaker/server/consent/void-grants.ts";
import { type Database, transaction } from "@caretaker/server/db/database.ts";
import { personHandlers } from "@caretaker/server/people/persons.ts";
import { setFreeze } from "@caretaker/server/runs/freezes/freezes.ts";
import { endWorkOf } from "@caretaker/server/runs/shut-out.ts";
import { SAM } from "@caretaker/server/runs/test-helpers.ts";
import { answerSomehow, type Meeting, raiseToPrivate } from "./meeting.ts";

const CRASH_POINTS = ["commit.after", "act.before_intent", "act.after_intent", "act.after_send"] as const;

/** What is done to one run, each thing in its own transaction, while the run goes. */
export const DISTURBANCES = [
  "no",
  "another_time",
  "stop",
  "expiry",
  "drift",
  "freeze",
  "cancel",
  "crash",
  "raise",
  "shut_out",
] as const;
export type Disturbance = (typeof DISTURBANCES)[number];

export async function disturb(meeting: Meeting, what: Disturbance): Promise<void> {
  const { test, home, runId, token, random } = meeting;
  switch (what) {
    case "no":
    case "another_time":
      return answerSomehow(meeting, what).catch(mayBeTooLate);
    case "stop":
      await test.link.stop(token).catch(mayBeTooLate);
      return;
    case "expiry":
      await test.clock.forward(random.pick(["1h", "5h", "25h"]));
      return;
    case "drift":
      await test.db
        .updateTable("entity")
        .set({ key: `other-${random.below(1e9)}` })
        .where("id", "=", home.plug)
        .execute();
      return;
    case "freeze":
      return freeze(meeting).catch(mayBeTooLate);
    case "cancel":
      await meeting.hub.runs.cancel({ runId, reason: "Enough", actor: SAM }).catch(mayBeTooLate);
      return;
    case "crash":
      meeting.hub.dieAt(random.pick(CRASH_POINTS));
      return;
    case "raise":
      return raise(meeting);
    case "shut_out":
      return shutOut(meeting);
    default:
      what satisfies never;
  }
}

/** A freeze reads the clock once it has its lock: whatever was intended before is committed by then, and counted. */
async function freeze({ test, home, runId, intendedBefore }: Meeting): Promise<void> {
  const { db, announcements } = test.deps;
  let intended = 0;
  const now = async (trx: Database): Promise<Date> => {
    intended = await intendedOf(trx, runId);
    return test.clock.now();
  };
  const deps = { db, now, announcements, library: test.library, queueMessage: async () => {} };
  await setFreeze(deps, { kind: "site", subject: home.siteId, reason: "It smells burnt", actor: SAM });
  intendedBefore.freeze ??= intended;
}

/** A raise has the row of the site, which acts share until they are written down. */
async function raise({ test, home, runId, technician, intendedBefore }: Meeting): Promise<void> {
  const intended = await transaction(test.db, async (trx) => {
    await raiseToPrivate(trx, { home, by: technician, now: test.clock.now() });
    return intendedOf(trx, runId);
  });
  intendedBefore.raise ??= intended;
}

/** Whoever is shut out has his runs locked first, as the gate locks them. */
async function shutOut({ test, runId, technician, intendedBefore }: Meeting): Promise<void> {
  const { db, announcements } = test.deps;
  let intended = 0;
  const handlers = personHandlers({
    db,
    announcements,
    mail: "outbox",
    version: "0",
    async endWorkOf(trx, person) {
      const said = await endWorkOf({ voidGrants }, trx, person);
      intended = await intendedOf(trx, runId);
      return said;
    },
  });
  const now = test.clock.now();
  const call = { actor: SAM, now, requestId: "races", signal: new AbortController().signal };
  await handlers["person.disable"]({ personId: technician.id }, call);
  intendedBefore.shutOut ??= intended;
}

async function intendedOf(db: Database, runId: string): Promise<number> {
  const { count } = await db
    .selectFrom("attempt")
    .select((select) => select.fn.countAll<string>().as("count"))
    .where("runId", "=", runId)
    .where("purpose", "=", "do")
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** An answer to what is answered, a stop of what has ended: said so to whoever came second, and no mistake. */
export function mayBeTooLate(error: unknown): void {
  const { code } = error as { code?: string };
  if (!["already_done", "gone", "conflict", "not_found", "consent_expired"].includes(code ?? "")) throw error;
}
