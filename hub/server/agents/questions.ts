import type { AgentId, Cancel, Clock, ConsentRequestId, HubMessage, SiteId } from "@caretaker/protocol";
import type { Announcements } from "../announcements.ts";
import { statusAt } from "../consent/clocks.ts";
import { type Database, now } from "../db/database.ts";
import { nameInActor } from "../ledger/actor.ts";

/** An agent that has a line here, and what it was told over that line. */
export interface AskedAgent {
  readonly agentId: AgentId;
  readonly siteId: SiteId;
  say(message: HubMessage): void;
  /** Questions that its page shows, and who is at work as it was last told. */
  readonly shown: Set<ConsentRequestId>;
  atWork: string | null;
}

export interface QuestionsDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly announcements: Announcements;
  readonly log: { warn(fields: object, message: string): void };
  readonly agents: () => readonly AskedAgent[];
}

const LOOK_EVERY = 5000;

/**
 * Keeps each agent's page told of the questions that are open in its home, and of who is at work there. It is told again
 * after every new line, and what is lost is said with the next look.
 */
export function createQuestions({ db, clock, announcements, log, agents }: QuestionsDeps) {
  const stops: (() => void)[] = [];
  let cancel: Cancel = () => {};
  let turn: Promise<void> = Promise.resolve();

  const look = (): Promise<void> => {
    turn = turn
      .then(async () => {
        const all = agents();
        if (all.length > 0) await tellAll(db, all);
      })
      .catch((error: unknown) => log.warn({ error }, "Agents could not be told what is asked in their homes."));
    return turn;
  };
  const again = (): void => {
    cancel = clock.after(LOOK_EVERY, () => void look().finally(again));
  };

  return {
    look,
    start(): void {
      for (const type of ["run.stepped", "agent.changed"] as const)
        stops.push(
          announcements.on(type, ({ siteId }) => void (agents().some((one) => one.siteId === siteId) && look())),
        );
      again();
    },
    async close(): Promise<void> {
      cancel();
      for (const stop of stops.splice(0)) stop();
      await turn;
    },
  };
}

async function tellAll(db: Database, all: readonly AskedAgent[]): Promise<void> {
  const siteIds = [...new Set(all.map(({ siteId }) => siteId))];
  const moment = await now(db);
  const [asked, working] = await Promise.all([openQuestions(db, siteIds, moment), runsAt(db, siteIds)]);
  for (const agent of all) {
    const here = asked.filter(({ siteId }) => siteId === agent.siteId);
    for (const { question } of here) {
      if (agent.shown.has(question.requestId)) continue;
      agent.say({ kind: "question", question });
      agent.shown.add(question.requestId);
    }
    const open = new Set(here.map(({ question }) => question.requestId));
    for (const requestId of agent.shown) {
      if (open.has(requestId)) continue;
      agent.say({ kind: "question_over", requestId });
      agent.shown.delete(requestId);
    }
    const run = working.find(({ siteId }) => siteId === agent.siteId);
    if ((run?.id ?? null) === agent.atWork) continue;
    agent.atWork = run?.id ?? null;
    agent.say({
      kind: "at_work",
      technician: run === undefined ? null : nameInActor(run.startedBy),
      why: run?.reason ?? "",
    });
  }
}

async function openQuestions(db: Database, siteIds: readonly SiteId[], moment: Date) {
  const rows = await db
    .selectFrom("consentRequest")
    .innerJoin("run", "run.id", "consentRequest.runId")
    .selectAll("consentRequest")
    .where("consentRequest.siteId", "in", [...siteIds])
    .where("consentRequest.status", "=", "asked")
    .where("run.status", "not in", ["finished", "cancelled"])
    .execute();
  return rows
    .filter((row) => statusAt(row, moment) === "asked")
    .map(({ id, siteId, proposal, digest, askedText, answerBy }) => {
      const { technician, why } = askedText as { technician: string; why: string };
      return {
        siteId: siteId as SiteId,
        question: { requestId: id as ConsentRequestId, proposal, digest, technician, why, answerBy },
      };
    });
}

function runsAt(db: Database, siteIds: readonly SiteId[]) {
  return db
    .selectFrom("run")
    .select(["id", "siteId", "startedBy", "reason"])
    .where("siteId", "in", [...siteIds])
    .where("status", "=", "running")
    .execute();
}
