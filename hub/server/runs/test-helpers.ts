import { deepStrictEqual } from "node:assert/strict";
import { homeAssistant } from "@caretaker/connector-home-assistant";
import { createTestClock, type TestClock } from "@caretaker/kit";
import type {
  Actor,
  ConnectorManifest,
  PersonId,
  RunbookId,
  RunEvent,
  RunEventData,
  RunId,
  RunInputs,
  SessionId,
} from "@caretaker/protocol";
import { createAnnouncements } from "../announcements.ts";
import type { SaidAtHome } from "../consent/at-home/from-agent.ts";
import type { Tap } from "../consent/at-home/tapped.ts";
import type { ConsentByPhone, ConsentLink, QuestionLink } from "../consent/consent.ts";
import { createConsent } from "../consent/consent.ts";
import type { Database } from "../db/database.ts";
import type { NewMessage } from "../mail/queue.ts";
import { type Library, makeLibrary } from "../runbooks/library.ts";
import { nextDueIn } from "./claim.ts";
import type { CrashPoint, RunsDeps } from "./deps.ts";
import { type RunRow, stateOf } from "./record.ts";
import { createRuns, type Runs, runsDoor } from "./runs.ts";
import { apply, BEFORE_THE_FIRST } from "./status.ts";
import { House } from "./test-house.ts";
import { buildHome, type TestHome } from "./test-rows.ts";

export const SAM: Actor = {
  kind: "person",
  id: "019aa000-0000-7000-8000-0000000000aa" as PersonId,
  name: "Sam Jansen",
  role: "technician",
  sessionId: "session" as SessionId,
  factorAt: null,
};

/** Thrown by nothing: a hub that dies simply does not go on. */
const DEAD = new Promise<never>(() => {});

export interface TestHub {
  readonly runs: Runs;
  readonly deps: RunsDeps;
  readonly link: ConsentLink;
  readonly questions: QuestionLink;
  readonly byPhone: ConsentByPhone;
  /** What somebody said to the agent in the home. */
  sayAtHome(said: SaidAtHome): Promise<"taken" | "refused" | "unknown">;
  /** A button of a question on a phone of the home. */
  tap(tap: Tap): Promise<"taken" | "refused" | "unknown">;
  readonly messages: NewMessage[];
  /** Lets this hub die where it next comes by, at that step if one is named. */
  dieAt(point: CrashPoint, step?: string): void;
  readonly isDead: boolean;
  /** Resolves when it dies. */
  readonly dead: Promise<void>;
}

export interface TestRuns extends TestHub {
  readonly db: Database;
  readonly clock: TestClock;
  readonly house: House;
  readonly library: Library;
  /** Another hub on the same database and home. */
  another(): TestHub;
  start(
    home: TestHome,
    runbook: string,
    given?: { inputs?: RunInputs; homeownerAsked?: boolean; actor?: Actor },
  ): Promise<RunId>;
  /** Moves time on, waking runs as they fall due. */
  forward(duration: string, hub?: TestHub): Promise<void>;
  run(runId: RunId): Promise<RunRow>;
  events(runId: RunId): Promise<RunEvent[]>;
  kinds(runId: RunId): Promise<string[]>;
  /** The token of the last message that asks. */
  token(): string;
  answer(answer: "allow" | "no" | "another_time"): Promise<void>;
  /** Closes the hub, and lets no later test of this database find a run of this one. */
  close(): Promise<void>;
}

export function createTestRuns(db: Database, library: Library): TestRuns {
  const clock = createTestClock();
  const house = new House();
  const messages: NewMessage[] = [];
  const hub = createTestHub(db, library, clock, house, messages);
  const events = async (runId: RunId): Promise<RunEvent[]> => {
    const rows = await db.selectFrom("runEvent").selectAll().where("runId", "=", runId).orderBy("number").execute();
    return rows.map((row) => ({ ...row, runId }));
  };
  const token = (): string => /\/c\/([A-Za-z0-9_-]+)/.exec(messages.at(-1)?.text ?? "")?.[1] ?? "";
  return {
    ...hub,
    get isDead() {
      return hub.isDead;
    },
    db,
    clock,
    house,
    library,
    another: () => createTestHub(db, library, clock, house, messages),
    async start({ siteId }, runbook, { inputs = {}, homeownerAsked = false, actor = SAM } = {}) {
      const reason = "The lights in the hall do not react";
      const request = { siteId, runbook: runbook as RunbookId, inputs, reason, homeownerAsked, actor };
      return (await hub.runs.start(request)).id;
    },
    async forward(duration, by = hub) {
      const end = clock.now().getTime() + milliseconds(duration);
      await by.runs.engine.settle();
      for (;;) {
        const due = await nextDueIn(db, clock.now());
        const left = end - clock.now().getTime();
        await clock.forward(due === null ? left : Math.min(left, due));
        await by.runs.engine.settle();
        if (clock.now().getTime() >= end) return;
      }
    },
    run: (runId) => db.selectFrom("run").selectAll().where("id", "=", runId).executeTakeFirstOrThrow(),
    events,
    kinds: async (runId) => (await events(runId)).map(({ data }) => data.kind),
    token,
    async answer(answer) {
      const view = await hub.link.view(token());
      await hub.link.answer({ token: token(), answer, proposalCode: view.proposalCode });
    },
    async close() {
      if (hub.isDead) hub.runs.engine.abandon();
      else await hub.runs.close();
      await db.updateTable("run").set({ wakeAt: null }).where("wakeAt", "is not", null).execute();
    },
  };
}

let hubs = 0;

function createTestHub(
  db: Database,
  library: Library,
  clock: TestClock,
  house: House,
  messages: NewMessage[],
): TestHub {
  const announcements = createAnnouncements((error) => {
    throw error;
  });
  const now = async (): Promise<Date> => clock.now();
  const consent = createConsent({
    db,
    now,
    runs: runsDoor,
    publicUrl: "https://care.example.org",
    announcements,
    emailOfPerson: async () => "sam@installers.example",
    queueMessage: async (_trx, message) => {
      // The one reminder waits in the outbox until it is needed.
      if (message.remindAt === undefined) messages.push(message);
    },
  });
  let dies: { readonly point: CrashPoint; readonly step: string | undefined } | null = null;
  let isDead = false;
  const dead = Promise.withResolvers<void>();
  hubs += 1;
  const deps: RunsDeps = {
    db,
    library,
    gateways: house,
    consent,
    clock,
    now,
    announcements,
    log: { info: () => {}, warn: () => {}, error: (...said: unknown[]) => console.error(...said) },
    hubId: `hub-${hubs}`,
    // All runs of a test are of one person, at one moment.
    homesAtOnce: Number.POSITIVE_INFINITY,
    async crash(point, step) {
      if (isDead) return DEAD;
      if (dies?.point !== point || (dies.step !== undefined && dies.step !== step)) return;
      isDead = true;
      dead.resolve();
      runs.engine.abandon();
      return DEAD;
    },
  };
  const runs = createRuns(deps);
  return {
    runs,
    deps,
    link: consent.link,
    questions: consent.questions,
    byPhone: consent.byPhone,
    sayAtHome: (said) => consent.takeFromAgent(said),
    tap: (tap) => consent.takeTap(tap),
    messages,
    dieAt(point, step) {
      dies = { point, step };
    },
    get isDead() {
      return isDead;
    },
    dead: dead.promise,
  };
}

function milliseconds(duration: string): number {
  const [, amount = "0", unit = "s"] = /^(\d+)(s|m|h|d)$/.exec(duration) ?? [];
  return Number(amount) * ({ s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[unit] ?? 0);
}

/** The row that everybody sees is what its log folds to, and the numbers have no gap. */
export async function expectLogFolds({ run, events }: Pick<TestRuns, "run" | "events">, runId: RunId): Promise<void> {
  const log = await events(runId);
  deepStrictEqual(
    log.map(({ number }) => number),
    log.map((_, index) => index + 1),
  );
  deepStrictEqual(log.reduce(apply, BEFORE_THE_FIRST), stateOf(await run(runId)));
}

/** A library of runbooks given as text, on the real connector's manifest. */
export function testLibrary(
  texts: readonly string[],
  connectors: readonly ConnectorManifest[] = [homeAssistant.manifest],
): Library {
  return makeLibrary(
    texts.map((text, index) => ({ file: `test-${index}.yaml`, text, id: /^id: (\S+)/m.exec(text)?.[1] ?? "" })),
    connectors,
  );
}

export function dataOf(events: readonly RunEvent[], kind: RunEventData["kind"]): RunEventData[] {
  return events.map(({ data }) => data).filter((data) => data.kind === kind);
}

export { buildHome, type TestHome };

/** A runbook around some steps, with an integration and a bridge to name. */
export function runbookOf(id: string, steps: string, limit = "15m"): string {
  return `id: ${id}
version: 1
title: Test ${id}
tell: The box that runs your lights has stopped answering.
inputs: { service: { type: integration, optional: true }, bridge: { type: device, optional: true } }
limit: ${limit}
steps:${steps}
`;
}
