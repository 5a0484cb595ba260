import type { AgentId, Cancel, Clock, ConsentRequestId, HubMessage, SiteId } from "@caretaker/protocol";
import { type ExpressionBuilder, sql } from "kysely";
import type { Announcements } from "../announcements.ts";
import { statusAt } from "../consent/clocks.ts";
import { type Database, now } from "../db/database.ts";
import type { Tables } from "../db/tables.ts";
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

/** What is asked in these homes and not answered yet, as their agents show it. */
export async function openQuestions(db: Database, siteIds: readonly SiteId[], moment: Date) {
  const rows = await db
    .selectFrom("consentRequest")
    .innerJoin("run", "run.id", "consentRequest.runId")
    .selectAll("consentRequest")
    .where("consentRequest.siteId", "in", [...siteIds])
    .where((where) => where.or([where("consentRequest.status", "=", "asked"), waitsForHome(where)]))
    .where("run.status", "not in", ["finished", "cancelled"])
    .execute();
  return rows
    .filter((row) => ["asked", "allowed"].includes(statusAt(row, moment)))
    .map(({ id, siteId, proposal, digest, askedText, status, startBy, endsAt, answerBy: askedUntil }) => {
      const { technician, why } = askedText as { technician: string; why: string };
      const answerBy = status === "asked" ? askedUntil : (endsAt ?? startBy ?? askedUntil);
      return {
        siteId: siteId as SiteId,
        question: { requestId: id as ConsentRequestId, proposal, digest, technician, why, answerBy },
      };
    });
}

/** It was allowed by another way, which the agent does not take for a yes of the home's: the run waits for that one. */
function waitsForHome(where: ExpressionBuilder<Pick<Tables, "consentRequest" | "run">, "consentRequest" | "run">) {
  return where.and([
    where("consentRequest.status", "=", "allowed"),
    where("run.status", "=", "waiting_for_consent"),
    sql<boolean>`run.memory->>'question' = consent_request.id::text`,
  ]);
}

function runsAt(db: Database, siteIds: readonly SiteId[]) {
  return db
    .selectFrom("run")
    .select(["id", "siteId", "startedBy", "reason"])
    .where("siteId", "in", [...siteIds])
    .where("status", "=", "running")
    .execute();
}
