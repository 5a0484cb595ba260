import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTestDoor, PASSWORD, type TestBrowser } from "../http/test-door.ts";
import { testAuthenticator } from "./test-authenticator.ts";
import { totp } from "./test-totp.ts";

const EMAIL = "technician@example.com";

let door: Awaited<ReturnType<typeof openTestDoor>>;
let ann: Awaited<ReturnType<typeof door.signIn>>;

beforeEach(async () => {
  door = await openTestDoor();
  ann = await door.signIn("technician");
});

afterEach(() => door.close());

const json = async (answer: Promise<Response>) => (await (await answer).json()) as Record<string, never>;
const status = async (answer: Promise<Response>) => (await answer).status;
const sessions = () => door.db.selectFrom("browserSession").selectAll().orderBy("createdAt").execute();
const fromPassword = async (): Promise<TestBrowser> => {
  const browser = door.browser();
  await browser.post("/api/auth/sign-in/email", { email: EMAIL, password: PASSWORD });
  return browser;
};

/** What the firm's ledger says of how people sign in. */
async function changes(): Promise<string[]> {
  const rows = await door.db
    .selectFrom("ledgerEntry")
    .innerJoin("ledgerPayload", (join) =>
      join
        .onRef("ledgerPayload.chain", "=", "ledgerEntry.chain")
        .onRef("ledgerPayload.number", "=", "ledgerEntry.number"),
    )
    .select("payload")
    .where("event", "=", "second_factor.changed")
    .orderBy("ledgerEntry.number")
    .execute();
  return rows.map(({ payload }) => (JSON.parse(payload ?? "{}") as { change: string }).change);
}

async function addApp(browser: TestBrowser): Promise<string> {
  const { totpURI } = await json(browser.post("/api/auth/two-factor/enable", { password: PASSWORD }));
  const secret = new URL(totpURI ?? "").searchParams.get("secret") ?? "";
  expect(await status(browser.post("/api/auth/two-factor/verify-totp", { code: totp(secret) }))).toBe(200);
  return secret;
}

describe("an authenticator app", () => {
  it("is asked for at each sign-in: no browser is trusted without it", async () => {
    const secret = await addApp(ann);
    const again = await fromPassword();
    expect(
      await status(again.post("/api/auth/two-factor/verify-totp", { code: totp(secret), trustDevice: true })),
    ).toBe(200);

    const once = await json(again.post("/api/auth/sign-in/email", { email: EMAIL, password: PASSWORD }));

    expect(once).toMatchObject({ twoFactorRedirect: true });
  });

  it("is not guessed by whoever found a browser that is signed in: that session ends", async () => {
    const secret = await addApp(ann);
    const guess = () => status(ann.post("/api/auth/two-factor/verify-totp", { code: "000000" }));
    expect([await guess(), await guess(), await guess(), await guess()]).toEqual([401, 401, 401, 401]);
    expect(await status(ann.fetch("/api/v1/people"))).toBe(200);

    await guess();

    expect(await status(ann.fetch("/api/v1/people"))).toBe(401);
    expect(await status(ann.post("/api/auth/two-factor/verify-totp", { code: totp(secret) }))).toBe(401);
    expect(door.announced.filter(({ type }) => type === "session.ended")).toHaveLength(2);
  });

  it("is written into the firm's ledger when it comes and goes", async () => {
    await addApp(ann);
    expect(await status(ann.post("/api/auth/two-factor/disable", { password: PASSWORD }))).toBe(200);

    expect(await changes()).toEqual(["an authenticator app", "no authenticator app"]);
  });

  it("keeps its secret and its codes sealed in the database", async () => {
    const secret = await addApp(ann);
    const kept = JSON.stringify(
      await door.db
        .selectFrom("secondFactor" as "person")
        .selectAll()
        .execute(),
    );

    expect(kept).not.toContain(secret);
    expect(door.log.join("\n")).not.toContain(secret);
  });
});

describe("a passkey", () => {
  async function addPasskey(unlocks = true) {
    const passkey = testAuthenticator(door.url, { unlocks });
    const options = await json(ann.fetch("/api/auth/passkey/generate-register-options"));
    const response = passkey.register(options as never);
    return { passkey, added: await ann.post("/api/auth/passkey/verify-registration", { response, name: "Laptop" }) };
  }

  async function prove(browser: TestBrowser, passkey: ReturnType<typeof testAuthenticator>): Promise<Response> {
    const options = await json(browser.fetch("/api/auth/passkey/generate-authenticate-options"));
    return browser.post("/api/auth/passkey/verify-authentication", { response: passkey.prove(options as never) });
  }

  it("signs in by itself, as both factors", async () => {
    const { passkey, added } = await addPasskey();
    expect(added.status).toBe(200);
    const browser = door.browser();

    expect((await prove(browser, passkey)).status).toBe(200);

    expect(await status(browser.fetch("/api/v1/people"))).toBe(200);
    expect(await changes()).toEqual(["one more passkey"]);
  });

  it("that asks nobody for a finger or a PIN is only one factor, and is refused", async () => {
    const { added } = await addPasskey(false);

    expect(added.status).toBe(401);
  });

  it("is the second factor after a password, and nothing is done before it", async () => {
    const { passkey } = await addPasskey();
    const browser = await fromPassword();
    expect(await json(browser.fetch("/api/v1/people"))).toMatchObject({ code: "second_factor_needed" });
    // A stolen password does not add a factor of the thief's own.
    expect(await json(browser.post("/api/auth/two-factor/enable", { password: PASSWORD }))).toMatchObject({
      code: "fresh_factor_needed",
    });

    await prove(browser, passkey);

    expect(await status(browser.fetch("/api/v1/people"))).toBe(200);
  });

  it("proves again who is there, in the session that he has", async () => {
    const { passkey } = await addPasskey();
    await door.db
      .updateTable("browserSession")
      .set({ factorAt: new Date(Date.now() - 600_000) })
      .execute();
    const [before] = await sessions();

    expect((await prove(ann, passkey)).status).toBe(200);

    const after = await sessions();
    expect(after.map(({ id }) => id)).toEqual([before?.id]);
    expect(Date.now() - Date.parse(after[0]?.factorAt ?? "")).toBeLessThan(60_000);
    expect(await status(ann.fetch("/api/v1/people"))).toBe(200);
  });

  it("of a challenge that was used before is refused", async () => {
    const { passkey } = await addPasskey();
    const browser = door.browser();
    const options = await json(browser.fetch("/api/auth/passkey/generate-authenticate-options"));
    const response = passkey.prove(options as never);
    await browser.post("/api/auth/passkey/verify-authentication", { response });

    expect((await browser.post("/api/auth/passkey/verify-authentication", { response })).ok).toBe(false);
  });
});

describe("a new password", () => {
  it("keeps what its session has proved, and is written into the firm's ledger", async () => {
    const changed = ann.post("/api/auth/change-password", {
      currentPassword: PASSWORD,
      newPassword: "another horse battery",
    });

    expect(await status(changed)).toBe(200);
    expect(await status(ann.fetch("/api/v1/people"))).toBe(200);
    expect(await changes()).toEqual(["another password"]);
  });
});
