import type { RunId, SiteId } from "@caretaker/protocol";
import { type Database, transaction } from "@caretaker/server/db/database.ts";
import { liftFreeze, setFreeze } from "@caretaker/server/runs/freezes/freezes.ts";
import {
  buildHome,
  createTestRuns,
  runbookOf,
  SAM,
  type TestHome,
  type TestHub,
  type TestRuns,
  testLibrary,
} from "@caretaker/server/runs/test-helpers.ts";
import type { Random } from "../random.ts";
import type { ConsentOp, Done, FreezeOp } from "./linear.ts";

const LIBRARY = testLibrary([
  runbookOf(
    "history",
    `
  - check: alive
    read: integration.state
    with: { integration: $service }
    expect: { unavailable: 0 }
  - fix: first
    do: power.cycle
    with: { switch: $bridge.poweredBy, off: 10s }
    verify: { again: alive }
    undo: { do: power.on, with: { switch: $bridge.poweredBy } }
    next: { failed: continue }
  - fix: second
    do: power.cycle
    with: { switch: $bridge.poweredBy, off: 20s }
    verify: { again: alive }
    undo: { do: power.on, with: { switch: $bridge.poweredBy } }
    next: { failed: { end: not_fixed } }
  - end: fixed`,
  ),
]);
const HOMES = 3;
const HUBS = 2;
const POINTS = ["commit.before", "commit.after", "act.before_intent", "act.after_intent", "act.after_send"] as const;

/** A few homes, two hubs, and what was done to freezes and questions, each with the moments between which it was. */
export class Fleet {
  readonly test: TestRuns;
  readonly homes: TestHome[] = [];
  readonly runs: RunId[] = [];
  readonly freezes = new Map<string, Done<FreezeOp>[]>();
  readonly questions = new Map<string, Done<ConsentOp>[]>();
  readonly #random: Random;
  readonly #hubs: TestHub[] = [];
  readonly #permitted = new Map<string, number>();
  #moment = 0;

  constructor(db: Database, random: Random) {
    this.test = createTestRuns(db, LIBRARY);
    this.#random = random;
    this.test.house.setBridge("wedged");
    this.test.house.effects.set("power.cycle", () => {});
  }

  async settleIn(): Promise<void> {
    for (let made = 0; made < HOMES; made += 1) this.homes.push(await buildHome(this.test.db, { standing: ["fix"] }));
    for (let made = 0; made < HUBS; made += 1)
      this.#hubs.push(this.#watched(made === 0 ? this.test : this.test.another()));
  }

  async start(home: TestHome): Promise<void> {
    const inputs = { service: home.integration, bridge: home.bridge };
    this.runs.push(await this.test.start(home, "history", { inputs }));
  }

  /** Answers the newest question of a home, which may be answered, stopped or over. */
  async answer(home: TestHome, answer: "allow" | "another_time" | "no"): Promise<void> {
    const asked = await this.#newest(home);
    if (asked === null) return;
    const became = { allow: "allowed", another_time: "another_time", no: "refused" }[answer];
    const { proposalCode } = await this.test.link.view(asked.token);
    await this.#noted<ConsentOp>(this.questions, asked.requestId, async () => {
      const isTaken = await succeeds(this.test.link.answer({ token: asked.token, answer, proposalCode }));
      return { kind: "answer", became, isTaken };
    });
  }

  async stop(home: TestHome): Promise<void> {
    const asked = await this.#newest(home);
    if (asked === null) return;
    await this.#noted<ConsentOp>(this.questions, asked.requestId, async () => {
      await this.test.link.stop(asked.token);
      return { kind: "stop" };
    });
  }

  async look(home: TestHome): Promise<void> {
    const asked = await this.#newest(home);
    if (asked === null) return;
    await this.#noted<ConsentOp>(this.questions, asked.requestId, async () => {
      const query = this.test.db.selectFrom("consentRequest").select("status").where("id", "=", asked.requestId);
      return { kind: "read", status: (await query.executeTakeFirstOrThrow()).status };
    });
  }

  async freeze({ siteId }: TestHome): Promise<void> {
    const { db, now, announcements } = this.test.deps;
    const deps = { db, now, announcements, library: LIBRARY, queueMessage: async () => {} };
    await this.#noted<FreezeOp>(this.freezes, siteId, async () => {
      const wish = { kind: "site" as const, subject: siteId, reason: "It smells burnt", actor: SAM };
      const made = await setFreeze(deps, wish).catch(refusedAs("already_done"));
      return { kind: "set", at: made?.frozenAt ?? null };
    });
  }

  async lift({ siteId }: TestHome): Promise<void> {
    const frozenAt = await this.#frozenAt(siteId);
    if (frozenAt === "") return;
    await this.#noted<FreezeOp>(this.freezes, siteId, async () => {
      const details = { kind: "site", subject: siteId, frozenAt };
      const approval = { details, title: "Lift", reason: "It was the kettle" } as never;
      const by = { actor: SAM, personId: "" as never, now: this.test.clock.now() };
      const lifted = transaction(this.test.db, (trx) => liftFreeze(trx, approval, by));
      return { kind: "lift", at: frozenAt, isDone: await succeeds(lifted) };
    });
  }

  async lookAtFreeze({ siteId }: TestHome): Promise<void> {
    await this.#noted<FreezeOp>(this.freezes, siteId, async () => ({ kind: "read", at: await this.#frozenAt(siteId) }));
  }

  async cancel({ siteId }: TestHome): Promise<void> {
    const { db, runs } = this.test;
    const run = await db
      .selectFrom("run")
      .select("id")
      .where("siteId", "=", siteId)
      .where("finishedAt", "is", null)
      .executeTakeFirst();
    if (run === undefined) return;
    await succeeds(runs.cancel({ runId: run.id as RunId, reason: "Enough", actor: SAM }));
  }

  /** Lets a hub work a while; it dies now and then, and another takes its place. */
  async work(dies: boolean): Promise<void> {
    const at = this.#random.below(HUBS);
    const hub = this.#hubs[at] as TestHub;
    if (dies) hub.dieAt(this.#random.pick(POINTS));
    await Promise.race([hub.runs.engine.settle(), hub.dead]);
    await this.test.clock.forward(hub.isDead ? "31s" : "1s");
    if (hub.isDead && this.#hubs[at] === hub) this.#hubs[at] = this.#watched(this.test.another());
  }

  async close(): Promise<void> {
    for (const hub of this.#hubs) hub.runs.engine.abandon();
    this.test.runs.engine.abandon();
    await this.test.db.updateTable("run").set({ wakeAt: null }).where("wakeAt", "is not", null).execute();
  }

  /** Notes each forward act as something that looked at the freeze and at the question, from the gate to its commit. */
  #watched(hub: TestHub): TestHub {
    const { consent, announcements } = hub.deps;
    Object.assign(hub.deps, {
      consent: {
        ...consent,
        permit: (...[trx, question]: Parameters<typeof consent.permit>) => {
          if ((question.purpose ?? "do") === "do" && question.onlyLooks !== true)
            this.#permitted.set(question.runId, this.#next());
          return consent.permit(trx, question);
        },
      },
    });
    announcements.on("run.stepped", ({ siteId, runId, events }) => {
      for (const { data } of events) {
        if (data.kind !== "fix.intended" || data.capability !== "power.cycle") continue;
        const moments = { begun: this.#permitted.get(runId) ?? this.#next(), ended: this.#next() };
        noteIn(this.freezes, siteId, { ...moments, op: { kind: "act" } });
        noteIn(this.questions, data.consent.replace("asked: ", ""), { ...moments, op: { kind: "act" } });
      }
    });
    return hub;
  }

  /** The last question of a home, and the link in its message; one that was rolled back is none. */
  async #newest({ siteId }: TestHome): Promise<{ readonly token: string; readonly requestId: string } | null> {
    const query = this.test.db.selectFrom("consentRequest").select("id").where("siteId", "=", siteId);
    const last = await query.orderBy("askedAt", "desc").orderBy("id", "desc").executeTakeFirst();
    const asking = this.test.messages.findLast(
      ({ requestId, text }) => requestId !== null && requestId === last?.id && text.includes("/c/"),
    );
    const token = /\/c\/([A-Za-z0-9_-]+)/.exec(asking?.text ?? "")?.[1];
    return last === undefined || token === undefined ? null : { token, requestId: last.id };
  }

  async #frozenAt(siteId: SiteId): Promise<string> {
    const query = this.test.db.selectFrom("freeze").select("frozenAt").where("subject", "=", siteId);
    const found = await query.executeTakeFirst();
    return found === undefined ? "" : new Date(found.frozenAt).toISOString();
  }

  async #noted<Op>(notes: Map<string, Done<Op>[]>, of: string, work: () => Promise<Op>): Promise<void> {
    const begun = this.#next();
    const op = await work();
    noteIn(notes, of, { begun, ended: this.#next(), op });
  }

  #next(): number {
    this.#moment += 1;
    return this.#moment;
  }
}

function noteIn<Op>(notes: Map<string, Done<Op>[]>, of: string, done: Done<Op>): void {
  notes.set(of, [...(notes.get(of) ?? []), done]);
}

const LATE = ["already_done", "gone", "conflict", "not_found", "consent_expired", "run_in_progress"];

/** Whether it was taken; false where somebody else was first. */
export async function succeeds(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (LATE.includes((error as { code?: string }).code ?? "")) return false;
    throw error;
  }
}

function refusedAs(code: string): (error: unknown) => null {
  return (error) => {
    if ((error as { code?: string }).code !== code) throw error;
    return null;
  };
}
