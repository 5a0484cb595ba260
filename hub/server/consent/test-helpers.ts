import type {
  ConsentRequestId,
  ContactRole,
  GatewayId,
  Language,
  Proposal,
  ProposedAct,
  RunId,
  Scope,
  SiteId,
} from "@caretaker/protocol";
import { type Announcement, createAnnouncements } from "../announcements.ts";
import { type Database, transaction } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import type { NewMessage } from "../mail/queue.ts";
import { type ConsentDeps, createConsent } from "./consent.ts";
import type { AnswerForRun, Question } from "./types.ts";

export const REQUESTER = { id: "019aa000-0000-7000-8000-0000000000aa", email: "sam@installers.example" };
export const ASKED_AT = new Date("2026-11-22T18:00:00.000Z");
export const NEXT_YEAR = new Date("2027-11-22T18:00:00.000Z");

interface TestContact {
  readonly name?: string;
  readonly role?: ContactRole;
  readonly language?: Language;
  readonly email?: string | null;
  readonly verifiedAt?: Date | null;
  readonly restsUntil?: Date | null;
  readonly removedAt?: Date | null;
  readonly createdAt?: Date;
}

export interface TestHome {
  readonly siteId: SiteId;
  readonly runId: RunId;
  readonly gatewayId: GatewayId;
  /** The act that the home's only runbook can do: switching a bridge off and on. */
  readonly act: ProposedAct;
  readonly proposal: Proposal;
}

/** A home with a bridge on a switch, and a run that would like to switch it off and on. */
export async function buildHome(
  db: Database,
  options: {
    readonly contacts?: readonly TestContact[];
    readonly standing?: readonly ("reach" | "view" | "diagnose" | "fix")[];
    readonly act?: Partial<ProposedAct>;
    readonly startedBy?: string;
    readonly startedById?: string | null;
    readonly isSimulated?: boolean;
    readonly tell?: unknown;
  } = {},
): Promise<TestHome> {
  const siteId = newId<SiteId>();
  const runId = newId<RunId>();
  const gatewayId = newId<GatewayId>();
  await insertFirm(db);
  await insertSite(db, siteId, gatewayId, options.isSimulated ?? false);
  for (const contact of options.contacts ?? [{}]) await insertContact(db, siteId, contact);
  for (const scope of options.standing ?? []) await giveStanding(db, siteId, scope);
  await insertThings(db, gatewayId);
  await insertRun(db, { siteId, runId, gatewayId, ...options });
  const act: ProposedAct = {
    step: "power",
    capability: "power.cycle",
    target: `${gatewayId}/entity/plug`,
    targetName: "Plug",
    input: { switch: "plug", off: 10 },
    scope: "disruptive",
    private: false,
    tries: 1,
    felt: { en: "The lights in the hall go dark.", nl: "De lampen in de hal gaan uit." },
    undo: { capability: "power.on", input: { switch: "plug" } },
    irreversible: null,
    ...options.act,
  };
  return { siteId, runId, gatewayId, act, proposal: buildProposal({ siteId, runId, acts: [act] }) };
}

export function buildProposal(
  given: Pick<Proposal, "acts"> & { siteId: string; runId: string } & Partial<Proposal>,
): Proposal {
  return {
    format: 1,
    runbook: "home-assistant/dead-bridge",
    runbookDigest: runbookDigestOf(given.runId),
    inputs: {},
    scope: given.acts[0]?.scope ?? "disruptive",
    limitSeconds: 900,
    window: null,
    price: null,
    ...given,
  };
}

/** Each test run has a runbook of its own. */
function runbookDigestOf(runId: string): string {
  return runId.replaceAll("-", "").padEnd(64, "0");
}

export function buildQuestion({ siteId, runId, proposal, act }: TestHome, given: Partial<Question> = {}): Question {
  return {
    run: { id: runId, siteId },
    step: act.step,
    proposal,
    scope: act.scope,
    isPrivate: act.private,
    limitSeconds: proposal.limitSeconds,
    homeownerAsked: false,
    now: ASKED_AT,
    ...given,
  };
}

export interface TestConsent extends ReturnType<typeof createConsent> {
  readonly time: { now: Date };
  readonly messages: NewMessage[];
  readonly reminders: NewMessage[];
  readonly told: { requestId: ConsentRequestId; answer: AnswerForRun; by: string }[];
  readonly announced: Announcement[];
  /** Asks and gives the token out of the message, as the homeowner gets it. */
  askAndGetToken(home: TestHome, given?: Partial<Question>): Promise<{ token: string; requestId: ConsentRequestId }>;
}

/** Consent with a clock that is set by hand, runs that only listen, and a mailbox. */
export function createTestConsent(db: Database, replaced: Partial<ConsentDeps> = {}): TestConsent {
  const time = { now: ASKED_AT };
  const messages: NewMessage[] = [];
  const reminders: NewMessage[] = [];
  const told: TestConsent["told"] = [];
  const announced: Announcement[] = [];
  const announcements = createAnnouncements((error) => {
    throw error;
  });
  announcements.on("run.due", (announcement) => announced.push(announcement));
  const consent = createConsent({
    db,
    now: async () => time.now,
    runs: {
      async consentAnswered(_, { requestId, answer, by }) {
        told.push({ requestId, answer, by });
        return [];
      },
      consentOpened: async () => [],
      consentCallAsked: async () => [],
      asksHome: async () => true,
      homeAnswered: async () => [],
    },
    publicUrl: "https://care.example.org/",
    announcements,
    emailOfPerson: async (_, id) => (id === REQUESTER.id ? REQUESTER.email : null),
    queueMessage: async (_, message) => {
      (message.remindAt === undefined ? messages : reminders).push(message);
    },
    ...replaced,
  });
  return {
    ...consent,
    time,
    messages,
    reminders,
    told,
    announced,
    async askAndGetToken(home, given = {}) {
      const asked = await transaction(db, (trx) => consent.ask(trx, buildQuestion(home, { now: time.now, ...given })));
      if ("cannot" in asked) throw new Error(asked.cannot);
      const token = tokenIn(messages.at(-1)?.text ?? "");
      return { token, requestId: asked.requestId };
    },
  };
}

export function tokenIn(text: string): string {
  return /\/c\/([A-Za-z0-9_-]+)/.exec(text)?.[1] ?? "";
}

export async function giveStanding(db: Database, siteId: SiteId, scope: Exclude<Scope, "disruptive">): Promise<void> {
  await db
    .insertInto("standingConsent")
    .values({ siteId, scope, givenAt: ASKED_AT, givenBy: "Mrs Lee", evidence: "contract", reviewAt: NEXT_YEAR })
    .execute();
}

/** What the gate writes before it sends: the attempt that a permission was given for. */
export async function insertAttempt(
  db: Database,
  { runId, gatewayId, act }: TestHome,
  { number = 1, consent = {} }: { number?: number; consent?: object } = {},
): Promise<void> {
  await db
    .insertInto("attempt")
    .values({
      id: newId<string>(),
      runId,
      step: act.step,
      number,
      purpose: "do",
      gatewayId,
      capability: act.capability,
      input: JSON.stringify(act.input),
      target: act.target,
      fencing: 1,
      consent: JSON.stringify(consent),
      status: "intended",
      intendedAt: ASKED_AT,
    })
    .execute();
}

async function insertFirm(db: Database): Promise<void> {
  await db
    .insertInto("firm")
    .values({
      name: "Bright Homes",
      phone: "+31 20 123 4567",
      timeZone: "Europe/Amsterdam",
      country: "NL",
      language: "en",
      isDemo: false,
      createdAt: ASKED_AT,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

async function insertSite(db: Database, siteId: SiteId, gatewayId: GatewayId, isSimulated: boolean): Promise<void> {
  const clientId = newId<string>();
  await db.insertInto("client").values({ id: clientId, name: "Lee", createdAt: ASKED_AT }).execute();
  await db
    .insertInto("site")
    .values({
      id: siteId,
      clientId,
      name: "Canal house",
      timeZone: "Europe/Amsterdam",
      language: "en",
      isSimulated,
      createdAt: ASKED_AT,
    })
    .execute();
  await db
    .insertInto("gateway")
    .values({
      id: gatewayId,
      siteId,
      connector: "home-assistant",
      name: "Home Assistant",
      config: "{}",
      address: "http://192.168.1.20:8123",
      reason: JSON.stringify({ code: "new" }),
      since: ASKED_AT,
      createdAt: ASKED_AT,
    })
    .execute();
}

export async function insertContact(db: Database, siteId: SiteId, contact: TestContact): Promise<string> {
  const id = newId<string>();
  await db
    .insertInto("contact")
    .values({
      id,
      siteId,
      name: "Anna Lee",
      role: "owner",
      language: "en",
      email: "anna@lee.example",
      verifiedAt: new Date("2026-01-01T00:00:00.000Z"),
      createdAt: new Date("2026-01-01T00:00:00.000Z"),
      ...contact,
    })
    .execute();
  return id;
}

async function insertThings(db: Database, gatewayId: GatewayId): Promise<void> {
  const [roomId, entityId] = [newId<string>(), newId<string>()];
  await db.insertInto("room").values({ id: roomId, gatewayId, key: "hall", name: "Hall" }).execute();
  await db
    .insertInto("entity")
    .values({ id: entityId, gatewayId, key: "plug", label: "switch.plug", name: "Plug", kind: "switch", roomId })
    .execute();
  await db
    .insertInto("device")
    .values({
      id: newId<string>(),
      gatewayId,
      key: "bridge",
      name: "Light bridge",
      roomId,
      kind: "bridge",
      poweredBy: entityId,
    })
    .execute();
}

async function insertRun(
  db: Database,
  run: {
    readonly siteId: SiteId;
    readonly runId: RunId;
    readonly gatewayId: GatewayId;
    readonly startedBy?: string;
    readonly startedById?: string | null;
    readonly tell?: unknown;
  },
): Promise<void> {
  const digest = runbookDigestOf(run.runId);
  const tell = run.tell ?? "The box that runs some of your lights has stopped answering.";
  await db
    .insertInto("runbookVersion")
    .values({
      digest,
      id: "home-assistant/dead-bridge",
      version: 1,
      document: JSON.stringify({ id: "home-assistant/dead-bridge", tell }),
      source: "",
      keptAt: ASKED_AT,
    })
    .execute();
  await db
    .insertInto("run")
    .values({
      id: run.runId,
      siteId: run.siteId,
      gatewayId: run.gatewayId,
      runbook: "home-assistant/dead-bridge",
      runbookVersion: 1,
      digest,
      title: "Revive a bridge",
      inputs: "{}",
      reason: "The lights in the hall do not react",
      homeownerAsked: false,
      startedBy: run.startedBy ?? `person:${REQUESTER.id} Sam Jansen`,
      startedById: run.startedById === undefined ? REQUESTER.id : run.startedById,
      status: "waiting_for_consent",
      memory: "{}",
      createdAt: ASKED_AT,
    })
    .execute();
}
