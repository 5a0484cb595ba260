import type { Actor, ApprovalId, EmergencyAct, PersonId, Role, SessionId } from "@caretaker/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { giveApproval } from "../approvals/answer.ts";
import type { CarriesOut } from "../approvals/types.ts";
import { type Database, transaction } from "../db/database.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { listEntries, verifyChain } from "../ledger/read.ts";
import { addPerson } from "../people/people.ts";
import { emergencyHandlers } from "../sites/emergency.ts";
import { after } from "./clocks.ts";
import { allowEmergency } from "./emergency.ts";
import {
  ASKED_AT,
  buildHome,
  createTestConsent,
  giveStanding,
  type TestConsent,
  type TestHome,
  tokenIn,
} from "./test-helpers.ts";

type Person = Extract<Actor, { kind: "person" }>;
const HOUR = 3_600_000;
const REASON = "Water runs under the bridge, and nobody answers the phone";

let database: TestDatabase;
let db: Database;
let ann: Person;
let bob: Person;
beforeAll(async () => {
  database = await testDatabase();
  db = database.db;
});
afterAll(() => database.drop());
beforeEach(async () => {
  await db.deleteFrom("approval").execute();
  await db.deleteFrom("person").execute();
  [ann, bob] = [await person("Ann"), await person("Bob")];
});

async function person(name: string, role: Role = "senior"): Promise<Person> {
  const email = `${name}@firm.example`;
  const id = await transaction(db, (trx) => addPerson(trx, { name, email, role, password: "long enough" }));
  return { kind: "person", id: id as PersonId, name, role, sessionId: "s" as SessionId, factorAt: null };
}

interface Terms {
  readonly capabilities?: EmergencyAct[];
  readonly atNight?: boolean;
}

interface Met {
  readonly home: TestHome;
  readonly consent: TestConsent;
  readonly token: string;
  agree(given?: Terms): Promise<void>;
  end(): Promise<unknown>;
  wish(by?: Actor): ReturnType<TestConsent["wishEmergency"]>;
  give(approval: { id: string; digest: string }, by?: Person): Promise<unknown>;
  permitted(): Promise<unknown>;
}

/** A question that nobody has answered, a day after the household agreed to emergencies if `agree` was called before. */
async function asked(given: Parameters<typeof buildHome>[1] = {}): Promise<Met> {
  const home = await buildHome(db, given);
  const queued: TestConsent["messages"] = [];
  const consent = createTestConsent(db);
  const { token, requestId } = await consent.askAndGetToken(home);
  const { siteId, runId, act } = home;
  const call = (now: Date) => ({ actor: ann, now, requestId: "r", signal: new AbortController().signal });
  const queueMessage = async (_: unknown, message: TestConsent["messages"][number]) => {
    queued.push(message);
    consent.messages.push(message);
  };
  const announcements = { announce() {}, on: () => () => {} };
  const handlers = emergencyHandlers({ db, queueMessage, announcements } as never);
  const now = async () => consent.time.now;
  const runs = { consentAnswered: async () => [] } as never;
  const carry = allowEmergency({ now, runs, queueMessage, publicUrl: "https://care.example.org" } as never);
  const carriesOut = { "consent.emergency": carry } as unknown as CarriesOut;
  return {
    home,
    consent,
    token,
    async agree({ capabilities = ["power.cycle"], atNight = false }: Terms = {}) {
      const terms = { siteId, capabilities, atNight, evidence: "contract", givenBy: "Mrs Lee" } as const;
      await handlers["emergency.set"](terms, call(after(ASKED_AT, -25 * HOUR)));
    },
    end: () => handlers["emergency.end"]({ siteId, reason: "They changed their mind" }, call(consent.time.now)),
    wish: (by = ann) => consent.wishEmergency({ runId, requestId, reason: REASON, actor: by }),
    give: ({ id, digest }, by = bob) =>
      giveApproval({ db, now, announcements, queueMessage } as never, carriesOut, {
        approvalId: id as ApprovalId,
        digest,
        actor: by,
      }),
    permitted: () =>
      transaction(db, (trx) => consent.permit(trx, { siteId, runId, act, now: consent.time.now })).then((verdict) =>
        verdict.permitted ? "permitted" : verdict.code,
      ),
  };
}

const eventsOf = async ({ home }: Met) =>
  (await listEntries(db, { chain: home.siteId, before: undefined, limit: 50 })).map(({ event }) => event).reverse();

describe("an emergency", () => {
  it("is off unless the household agreed to it", async () => {
    const met = await asked();

    await expect(met.wish()).rejects.toMatchObject({ code: "not_allowed", message: expect.stringMatching(/agreed/) });
    expect(await met.permitted()).toBe("consent_missing");
  });

  it("needs two people, is grade D with its reason in the ledger, and whoever lives there is told at once and can stop it", async () => {
    const met = await asked();
    await met.agree();
    const wish = await met.wish();
    expect(await met.permitted()).toBe("consent_missing");
    await expect(met.give(wish, ann)).rejects.toMatchObject({ code: "not_allowed" });
    const before = met.consent.messages.length;

    await met.give(wish);

    expect(await met.permitted()).toBe("permitted");
    const [entry] = await listEntries(db, { chain: met.home.siteId, before: undefined, limit: 1 });
    expect(entry).toMatchObject({
      event: "consent.emergency",
      payload: { grade: "D", reason: REASON, requestedBy: expect.stringContaining(ann.id) },
    });
    expect(entry?.payload?.approvedBy).toContain(bob.id);
    const [told] = met.consent.messages.slice(before);
    expect(told?.to).toEqual({ name: "Anna Lee", address: "anna@lee.example" });
    expect(told?.text).toContain(REASON);
    expect(told?.leavesAt).toBeUndefined();
    const view = await met.consent.link.view(met.token);
    expect(view).toMatchObject({ status: "allowed", canStop: true, canAnswer: false });
    expect(view.emergency).toContain("Ann, Bob of Bright Homes decided without your answer");
    expect(view.emergency).toContain(REASON);

    await met.consent.link.stop(tokenIn(told?.text ?? ""));

    expect(await met.permitted()).toBe("consent_refused");
    expect(await verifyChain(db, met.home.siteId)).toMatchObject({ whole: true });
  });

  it("is never for what is private, nor for an act that was not agreed to", async () => {
    const secret = await asked({ act: { private: true } });
    await db.updateTable("consentRequest").set({ isPrivate: true }).where("siteId", "=", secret.home.siteId).execute();
    await secret.agree();
    const other = await asked();
    await other.agree({ capabilities: ["integration.reload"] });

    await expect(secret.wish()).rejects.toMatchObject({ message: expect.stringMatching(/private/) });
    await expect(other.wish()).rejects.toMatchObject({ message: expect.stringMatching(/power.cycle/) });
  });

  it("cannot be agreed to and used on the same day", async () => {
    const met = await asked();
    await met.agree();
    await db
      .updateTable("emergencyConsent")
      .set({ restsUntil: after(ASKED_AT, 1) })
      .where("siteId", "=", met.home.siteId)
      .execute();

    await expect(met.wish()).rejects.toMatchObject({ message: expect.stringMatching(/rests/) });
  });

  it("gives way to an answer: a no that came before the second person stays a no", async () => {
    const met = await asked();
    await met.agree();
    const wish = await met.wish();
    const { proposalCode } = await met.consent.link.view(met.token);
    await met.consent.link.answer({ token: met.token, answer: "no", proposalCode });

    await expect(met.give(wish)).rejects.toMatchObject({ code: "already_done" });

    expect(await met.permitted()).toBe("consent_refused");
    expect(await eventsOf(met)).not.toContain("consent.emergency");
  });

  it("ends at once when the household wishes none any more, or what was agreed with it has ended", async () => {
    const [one, two] = [await asked(), await asked()];
    for (const met of [one, two]) {
      await met.agree();
      await met.give(await met.wish());
      expect(await met.permitted()).toBe("permitted");
    }

    await one.end();
    await giveStanding(db, two.home.siteId, "fix");
    await db.updateTable("standingConsent").set({ until: ASKED_AT }).where("siteId", "=", two.home.siteId).execute();

    expect(await one.permitted()).toBe("consent_expired");
    expect(await two.permitted()).toBe("consent_expired");
    expect((await one.consent.link.view(one.token)).ended).toMatch(/no longer allows anything as an emergency/);
  });

  it("waits for the morning unless the household agreed to the night as well, and is begun within the hour or not at all", async () => {
    const [day, night] = [await asked(), await asked()];
    for (const met of [day, night]) {
      const quiet = { quietFrom: "18:00", quietTo: "20:00", timeZone: "UTC" };
      await db.updateTable("site").set(quiet).where("id", "=", met.home.siteId).execute();
    }
    await day.agree();
    await night.agree({ atNight: true });
    for (const met of [day, night]) {
      await met.give(await met.wish());
      met.consent.time.now = after(ASKED_AT, 10 * 60_000);
    }

    expect(await night.permitted()).toBe("permitted");
    expect(await day.permitted()).toBe("consent_expired");
    const late = await asked();
    await late.agree();
    await late.give(await late.wish());
    late.consent.time.now = after(ASKED_AT, HOUR);
    expect(await late.permitted()).toBe("consent_expired");
  });

  it("in a firm of one waits an hour, and the household is told before that it may be noticed", async () => {
    await db.deleteFrom("person").where("id", "=", bob.id).execute();
    const met = await asked();
    await met.agree();
    const before = met.consent.messages.length;
    const wish = await met.wish();
    const [told] = met.consent.messages.slice(before);
    expect(told?.text).toContain("before something is allowed as an emergency");
    expect(told?.text).not.toContain("Nothing that you would notice");
    await expect(met.give(wish, ann)).rejects.toMatchObject({ message: expect.stringMatching(/You work alone/) });

    met.consent.time.now = after(ASKED_AT, HOUR);
    await met.give(wish, ann);

    expect(await met.permitted()).toBe("permitted");
  });

  it("is told to nobody and allowed to nobody where nobody who lives there has an address", async () => {
    const met = await asked();
    await met.agree();
    const wish = await met.wish();
    await db.updateTable("contact").set({ verifiedAt: null }).where("siteId", "=", met.home.siteId).execute();

    await expect(met.give(wish)).rejects.toMatchObject({ message: expect.stringMatching(/Nobody who lives there/) });

    expect(await met.permitted()).toBe("consent_missing");
  });
});

it("what is agreed for emergencies is told to the household, and so is its end", async () => {
  const met = await asked();
  await met.agree({ capabilities: ["power.cycle", "gateway.restart"], atNight: true });
  const [agreed] = met.consent.messages.slice(-1);
  expect(agreed?.text).toContain("From tomorrow on two people");
  expect(agreed?.text).toContain("- Restart the system that runs your home");
  expect(agreed?.text).toContain("This holds at night as well.");

  await met.end();

  expect(met.consent.messages.at(-1)?.text).toContain("has ended");
  expect(await eventsOf(met)).toEqual(["consent.asked", "emergency.agreed", "emergency.ended"]);
  await expect(met.end()).rejects.toMatchObject({ code: "not_found" });
});
