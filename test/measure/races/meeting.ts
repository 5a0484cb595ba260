import { type Actor, type PersonId, type RunId, type SessionId, systemClock } from "@caretaker/protocol";
import { createAnnouncements } from "@caretaker/server/announcements.ts";
import { createCourier } from "@caretaker/server/consent/at-home/courier.ts";
import type { Database } from "@caretaker/server/db/database.ts";
import { newId } from "@caretaker/server/db/new-id.ts";
import type { Library } from "@caretaker/server/runbooks/library.ts";
import {
  buildHome,
  createTestRuns,
  type TestHome,
  type TestHub,
  type TestRuns,
} from "@caretaker/server/runs/test-helpers.ts";
import { raiseHandlers } from "@caretaker/server/sites/raises.ts";
import type { Random } from "../random.ts";

const LONG_AGO = new Date("2026-01-01T00:00:00.000Z");
const LEE = "user-lee";

export type Technician = Extract<Actor, { kind: "person" }>;

/** One run with two fixes, and all that may meet it. */
export interface Meeting {
  readonly test: TestRuns;
  readonly home: TestHome;
  readonly runId: RunId;
  readonly technician: Technician;
  /** Of the link of the first question. */
  readonly token: string;
  readonly random: Random;
  /** The buttons on the homeowner's phone by their title; empty where nobody is asked there. */
  readonly buttons: ReadonlyMap<string, string>;
  /** The hub that works now: the one after the last that died. */
  hub: TestHub;
  /**
   * How many forward acts stood written while each of these had its lock: after a freeze and after its technician was
   * shut out there may never be more, and after a raise only such as were asked for anew.
   */
  readonly intendedBefore: { freeze?: number; raise?: number; shutOut?: number };
}

/** A home, often with a phone and now and then one where all is private, whose homeowner has just been asked. */
export async function arrange(db: Database, library: Library, random: Random): Promise<Meeting> {
  const test = createTestRuns(db, library);
  const home = await buildHome(db, { standing: ["fix"] });
  const technician = await addTechnician(db);
  test.house.setBridge("wedged");
  test.house.effects.set("power.cycle", () => {});
  if (random.below(2) === 0) await choosePhone(db, home);
  if (random.below(4) === 0) await raiseToPrivate(db, { home, by: technician, now: test.clock.now() });
  const inputs = { service: home.integration, bridge: home.bridge };
  const runId = await test.start(home, "races", { inputs, actor: technician });
  await test.forward("1s");
  const hub: TestHub = test;
  const buttons = await shownOnPhone(test);
  return { test, home, runId, technician, token: test.token(), random, buttons, hub, intendedBefore: {} };
}

export async function addTechnician(db: Database): Promise<Technician> {
  const id = newId<PersonId>();
  const [name, role] = ["Sam Jansen", "technician"] as const;
  await db
    .insertInto("person")
    .values({ id, name, email: `${id}@installers.example`, role, createdAt: LONG_AGO, updatedAt: LONG_AGO })
    .execute();
  return { kind: "person", id, name, role, sessionId: "session" as SessionId, factorAt: null };
}

async function choosePhone(db: Database, { siteId, gatewayId }: TestHome): Promise<void> {
  const { id: contactId } = await db
    .selectFrom("contact")
    .select("id")
    .where("siteId", "=", siteId)
    .executeTakeFirstOrThrow();
  const phone = { phone: "mobile_app_lee_phone", userId: LEE, userName: "Anna Lee", because: "She asked for it" };
  await db
    .insertInto("contactPhone")
    .values({ contactId, gatewayId, ...phone, setAt: LONG_AGO, restsUntil: LONG_AGO })
    .execute();
}

/** Everything of this home, as a technician raises it who knows what hangs there. */
export async function raiseToPrivate(
  db: Database,
  { home, by, now }: { readonly home: TestHome; readonly by: Technician; readonly now: Date },
): Promise<void> {
  const call = { actor: by, now, requestId: "races", signal: new AbortController().signal };
  const raise = { siteId: home.siteId, scope: null, private: true, reason: "Somebody ill sleeps there" };
  await raiseHandlers({ db, announcements: createAnnouncements(() => {}) })["raise.set"](raise, call);
}

async function shownOnPhone({ db, clock, deps }: TestRuns): Promise<Map<string, string>> {
  const buttons = new Map<string, string>();
  const courier = createCourier({
    db,
    now: async () => clock.now(),
    clock: systemClock,
    announcements: deps.announcements,
    log: { warn: () => {} },
    gateways: {
      isOnline: () => true,
      canSay: () => true,
      async say(_gatewayId, message, input) {
        const shown = input as { readonly buttons?: readonly { readonly title: string; readonly action: string }[] };
        if (message === "phone.ask") for (const { title, action } of shown.buttons ?? []) buttons.set(title, action);
        return {} as never;
      },
    },
  });
  await courier.carry();
  await courier.close();
  return buttons;
}

export type HomeownersAnswer = "allow" | "another_time" | "no";
const TITLES = { allow: "Allow", another_time: "Another time", no: "No" } as const;

/** By the link, on the phone to the technician, or on the home's own phone: drawn, as far as the home has it. */
export async function answerSomehow(meeting: Meeting, answer: HomeownersAnswer): Promise<void> {
  const { random } = meeting;
  const way = random.pick(["link", "call", "tap"] as const);
  if (way === "call") return answerOnACall(meeting, answer);
  const action = meeting.buttons.get(TITLES[answer]);
  if (way === "link" || action === undefined) return answerByLink(meeting, answer);
  const { siteId, gatewayId } = meeting.home;
  await meeting.test.tap({ siteId, gatewayId, action, userId: LEE });
}

/** The newest question, by the link in its message. */
export async function answerByLink({ test }: Meeting, answer: HomeownersAnswer): Promise<void> {
  const asking = test.messages.findLast(({ requestId, text }) => requestId !== null && text.includes("/c/"));
  const token = /\/c\/([A-Za-z0-9_-]+)/.exec(asking?.text ?? "")?.[1] ?? "";
  const { proposalCode } = await test.link.view(token);
  await test.link.answer({ token, answer, proposalCode });
}

/** What is private is never allowed on a call: then the homeowner takes the link. */
export async function answerOnACall(meeting: Meeting, answer: HomeownersAnswer): Promise<void> {
  const { test, runId, technician } = meeting;
  const { id } = await test.db
    .selectFrom("consentRequest")
    .select("id")
    .where("runId", "=", runId)
    .orderBy("askedAt", "desc")
    .executeTakeFirstOrThrow();
  const which = { runId, requestId: id as never };
  const { proposalCode } = await test.byPhone.question(which);
  const known = { number: "+31 20 555 0100", knownBy: "She rang from the number we have" };
  try {
    await test.byPhone.answer({ ...which, answer, proposalCode, ...known, actor: technician });
  } catch (error) {
    if ((error as { code?: string }).code !== "not_allowed") throw error;
    await answerByLink(meeting, answer);
  }
}
