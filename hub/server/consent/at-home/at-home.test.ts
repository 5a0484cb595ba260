import { CaretakerError, type MessageInput, type MessageName, systemClock } from "@caretaker/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createAnnouncements } from "../../announcements.ts";
import { type Database, transaction } from "../../db/database.ts";
import { type TestDatabase, testDatabase } from "../../db/test-database.ts";
import { listEntries } from "../../ledger/read.ts";
import { ASKED_AT, buildHome, buildQuestion, createTestConsent, type TestHome } from "../test-helpers.ts";
import { type Courier, createCourier } from "./courier.ts";

const LEE = "user-lee";
let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await testDatabase();
  db = database.db;
});
afterAll(() => database.drop());

interface Said {
  readonly message: MessageName;
  readonly input: Readonly<Record<string, unknown>>;
}
let said: Said[];
let isOnline: boolean;
let failure: CaretakerError | null;
let consent: ReturnType<typeof createTestConsent>;
let courier: Courier;

beforeEach(async () => {
  await db.deleteFrom("homeMessage").execute();
  said = [];
  isOnline = true;
  failure = null;
  consent = createTestConsent(db);
  courier = createCourier({
    db,
    now: async () => consent.time.now,
    clock: systemClock,
    announcements: createAnnouncements(() => {}),
    log: { warn: () => {} },
    gateways: {
      isOnline: () => isOnline,
      canSay: () => true,
      async say(_gatewayId, message, input) {
        if (failure !== null) throw failure;
        said.push({ message, input });
        return {} as never;
      },
    },
  });
});

/** A home whose owner agreed, a week ago, to be asked on her phone. */
async function buildHomeWithPhone(given: Parameters<typeof buildHome>[1] = {}, restsUntil = new Date(0)) {
  const home = await buildHome(db, given);
  const { id: contactId } = await db
    .selectFrom("contact")
    .select("id")
    .where("siteId", "=", home.siteId)
    .executeTakeFirstOrThrow();
  await db
    .insertInto("contactPhone")
    .values({
      contactId,
      gatewayId: home.gatewayId,
      phone: "mobile_app_lee_phone",
      userId: LEE,
      userName: "Anna Lee",
      because: "She asked for it",
      setAt: new Date(0),
      restsUntil,
    })
    .execute();
  return home;
}

async function ask(home: TestHome, given = {}) {
  const question = buildQuestion(home, { now: consent.time.now, ...given });
  const asked = await transaction(db, (trx) => consent.ask(trx, question));
  if ("cannot" in asked) throw new Error(asked.cannot);
  await courier.carry();
  return asked.requestId;
}

const asks = () =>
  said.filter(({ message }) => message === "phone.ask").map(({ input }) => input as MessageInput<"phone.ask">);
const buttonOf = (title: string, at = -1): string => {
  const action = asks()
    .at(at)
    ?.buttons.find((button) => button.title === title)?.action;
  if (action === undefined) throw new Error(`nobody was shown ${title}`);
  return action;
};
const tap = ({ siteId, gatewayId }: TestHome, action: string, userId: string | null = LEE) =>
  consent.takeTap({ siteId, gatewayId, action, userId });
const status = async (id: string) =>
  db
    .selectFrom("consentRequest")
    .select(["status", "grade", "answeredBy"])
    .where("id", "=", id)
    .executeTakeFirstOrThrow();
const events = async ({ siteId }: TestHome) =>
  (await listEntries(db, { chain: siteId, before: undefined, limit: 50 })).reverse().map(({ event }) => event);

describe("a question on a phone", () => {
  it("says who, why and what, carries the ledger's code and three buttons, and no link", async () => {
    const home = await buildHomeWithPhone();

    await ask(home);

    const [shown] = asks();
    expect(shown).toMatchObject({
      phone: "mobile_app_lee_phone",
      title: "Sam Jansen of Bright Homes asks you something",
    });
    expect(shown?.text).toContain("The lights in the hall do not react");
    expect(shown?.text).toMatch(/Record [0-9a-f]{4}-[0-9a-f]{4}\./);
    expect(shown?.buttons.map(({ title }) => title)).toEqual(["Allow", "Another time", "No"]);
    expect(JSON.stringify(shown)).not.toMatch(/https?:|\/c\//);
    expect(await events(home)).toContain("message.sent");
  });

  it.each([
    ["Allow", "allowed"],
    ["Another time", "another_time"],
    ["No", "refused"],
  ])(
    "takes %s from the user that was chosen, with a grade of its own, and is then taken away",
    async (title, became) => {
      const home = await buildHomeWithPhone();
      const requestId = await ask(home);

      expect(await tap(home, buttonOf(title))).toBe("taken");
      await courier.carry();

      expect(await status(requestId)).toEqual({ status: became, grade: "H", answeredBy: "Anna Lee" });
      expect(said.at(-1)).toMatchObject({ message: "phone.clear", input: { tag: `caretaker-${requestId}` } });
      expect(consent.told).toMatchObject([{ requestId, answer: became }]);
    },
  );

  it("grants nothing to anybody else, and notes each of them once", async () => {
    const home = await buildHomeWithPhone();
    const requestId = await ask(home);

    for (const user of ["user-guest", "user-guest", null]) {
      expect(await tap(home, buttonOf("Allow"), user)).toBe("refused");
    }

    expect(await status(requestId)).toMatchObject({ status: "asked", grade: null });
    expect((await events(home)).filter((event) => event === "consent.tap_refused")).toHaveLength(2);
    expect(await tap(home, buttonOf("Allow"))).toBe("taken");
  });

  it("counts once", async () => {
    const home = await buildHomeWithPhone();
    const requestId = await ask(home);
    await tap(home, buttonOf("No"));

    expect(await tap(home, buttonOf("Allow"))).toBe("refused");

    expect(await status(requestId)).toMatchObject({ status: "refused" });
  });

  it("grants nothing for another home, another question, another proposal or a cut secret", async () => {
    const [home, other] = [await buildHomeWithPhone(), await buildHomeWithPhone()];
    const requestId = await ask(home);
    const otherId = await ask(other);
    const action = buttonOf("Allow", 0);

    const became = [
      await tap(other, action),
      await tap(home, action.replace(requestId, otherId)),
      await tap(home, action.replace(/\.[0-9a-f]{4}-[0-9a-f]{4}\./, ".0000-0000.")),
      await tap(home, action.slice(0, -1)),
      await tap(home, `${action}x`),
      await tap(home, "CARETAKER.A"),
    ];

    expect(became).toEqual(Array(6).fill("unknown"));
    expect((await status(requestId)).status).toBe("asked");
    expect((await status(otherId)).status).toBe("asked");
  });

  it("is worth nothing when its time is over", async () => {
    const home = await buildHomeWithPhone();
    const requestId = await ask(home);
    consent.time.now = new Date(ASKED_AT.getTime() + 4 * 3_600_000);

    expect(await tap(home, buttonOf("Allow"))).toBe("refused");
    await courier.carry();

    expect((await status(requestId)).status).toBe("asked");
    expect(said.at(-1)?.message).toBe("phone.clear");
  });

  it("said anew after a failure has new buttons, and the old ones are worth nothing", async () => {
    const home = await buildHomeWithPhone();
    failure = new CaretakerError("gateway_timeout", "No answer");
    await ask(home);
    failure = null;
    consent.time.now = new Date(ASKED_AT.getTime() + 31_000);
    await courier.carry();
    const first = buttonOf("Allow");
    await db.updateTable("homeMessage").set({ status: "waiting", nextTryAt: ASKED_AT }).execute();
    await courier.carry();

    expect(await tap(home, first)).toBe("unknown");
    expect(await tap(home, buttonOf("Allow"))).toBe("taken");
  });

  it("waits until the home is connected", async () => {
    const home = await buildHomeWithPhone();
    isOnline = false;
    await ask(home);
    expect(said).toEqual([]);
    isOnline = true;

    await courier.carry();

    expect(asks()).toHaveLength(1);
  });

  it.each([
    ["while the phone that was chosen rests", async () => buildHomeWithPhone({}, new Date("2026-11-23T00:00:00Z")), {}],
    ["about what is private", async () => buildHomeWithPhone(), { isPrivate: true }],
    ["where nobody agreed to it", async () => buildHome(db), {}],
  ])("is not asked %s", async (_, build, given) => {
    await ask(await build(), given);

    expect(said).toEqual([]);
    expect(consent.messages.length).toBeGreaterThan(0);
  });

  it("is not heard at night, unless the homeowner asked for help himself", async () => {
    consent.time.now = new Date("2026-11-22T23:00:00Z");
    await ask(await buildHomeWithPhone());
    expect(said).toEqual([]);

    await ask(await buildHomeWithPhone(), { homeownerAsked: true });

    expect(asks()).toHaveLength(1);
  });
});

describe("a note in the home", () => {
  it("says no more than that there is mail, where the household allows it, and goes when it was answered", async () => {
    const home = await buildHome(db);
    await db.updateTable("site").set({ noticeInHome: true }).where("id", "=", home.siteId).execute();
    const { token } = await consent.askAndGetToken(home);
    await courier.carry();
    const [shown] = said;

    await consent.link.stop(token);
    await courier.carry();

    expect(shown?.message).toBe("notice.show");
    expect(shown?.input).toMatchObject({
      title: "Bright Homes",
      text: "Bright Homes has a question about your home. Please see your mail.",
    });
    expect(said.map(({ message }) => message)).toEqual(["notice.show", "notice.clear"]);
  });
});

describe("a wish to be called", () => {
  it("is kept once, takes no answer away, and stands in the ledger", async () => {
    const home = await buildHome(db);
    const { token } = await consent.askAndGetToken(home);

    await consent.link.callMe(token);
    const view = await consent.link.callMe(token);

    expect(view).toMatchObject({ callAskedAt: ASKED_AT.toISOString(), canAnswer: true, status: "asked" });
    expect((await events(home)).filter((event) => event === "consent.call_asked")).toHaveLength(1);
  });
});
