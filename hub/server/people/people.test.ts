import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTestDoor, PASSWORD, SETUP_TOKEN } from "../http/test-door.ts";
import { totp } from "./test-totp.ts";

let door: Awaited<ReturnType<typeof openTestDoor>>;

beforeEach(async () => {
  door = await openTestDoor();
});

afterEach(() => door.close());

const firm = { name: "Bright Homes", timeZone: "Europe/Amsterdam", country: "NL" };
const owner = { name: "Ann", email: "ann@example.com", password: PASSWORD };

describe("setting up", () => {
  it("makes one firm and one principal, also when two ask at once", async () => {
    const answers = await Promise.all(
      [1, 2, 3].map(() => door.browser().post("/api/v1/setup", { token: SETUP_TOKEN, mode: "real", firm, owner })),
    );

    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    expect(await door.db.selectFrom("person").select(["name", "role"]).execute()).toEqual([
      { name: "Ann", role: "principal" },
    ]);
  });

  it("refuses a wrong token and changes nothing", async () => {
    const answer = await door
      .browser()
      .post("/api/v1/setup", { token: "another-token-of-somebody", mode: "real", firm, owner });

    expect(answer.status).toBe(403);
    expect(await door.db.selectFrom("firm").selectAll().execute()).toEqual([]);
  });

  it("signs a demo in by a link that works once, and asks for no second factor there", async () => {
    const { signInUrl } = (await (
      await door.browser().post("/api/v1/setup", { token: SETUP_TOKEN, mode: "demo" })
    ).json()) as { signInUrl: string };
    const token = new URL(signInUrl).hash.replace("#token=", "");
    const one = door.browser();

    expect((await one.post("/api/auth/sign-in-once", { token })).status).toBe(200);
    expect((await door.browser().post("/api/auth/sign-in-once", { token })).status).toBe(410);
    expect(await (await one.fetch("/api/v1/me")).json()).toMatchObject({
      firm: { isDemo: true },
      person: { role: "principal" },
    });
    expect((await one.fetch("/api/v1/people")).status).toBe(200);
  });
});

describe("signing in", () => {
  it("lets nobody do anything before a second factor is set up, and everything after", async () => {
    const ann = door.browser();
    await ann.post("/api/v1/setup", { token: SETUP_TOKEN, mode: "real", firm, owner });
    await ann.post("/api/auth/sign-in/email", { email: owner.email, password: PASSWORD });

    expect(await (await ann.fetch("/api/v1/people")).json()).toMatchObject({
      status: 401,
      code: "second_factor_needed",
    });
    expect((await ann.fetch("/api/v1/me")).status).toBe(200);

    const { totpURI } = (await (await ann.post("/api/auth/two-factor/enable", { password: PASSWORD })).json()) as {
      totpURI: string;
    };
    const secret = new URL(totpURI).searchParams.get("secret") ?? "";
    await ann.post("/api/auth/two-factor/verify-totp", { code: totp(secret) });
    expect((await ann.fetch("/api/v1/people")).status).toBe(200);

    const again = door.browser();
    const first = await again.post("/api/auth/sign-in/email", { email: owner.email, password: PASSWORD });
    expect(await first.json()).toMatchObject({ twoFactorRedirect: true });
    expect((await again.fetch("/api/v1/me")).status).toBe(401);
    expect(
      (await again.post("/api/auth/two-factor/verify-totp", { code: totp(secret, new Date(Date.now() - 600_000)) }))
        .status,
    ).toBe(401);
    expect((await again.post("/api/auth/two-factor/verify-totp", { code: totp(secret) })).status).toBe(200);
    expect((await again.fetch("/api/v1/people")).status).toBe(200);
  });

  it("asks for a fresh factor before anything that lets others in", async () => {
    const ann = await door.signIn("principal");
    await door.db
      .updateTable("browserSession")
      .set({ factorAt: new Date(Date.now() - 301_000) })
      .execute();

    const stale = await ann.post("/api/v1/keys", { name: "Ops", role: "technician" });
    await door.db
      .updateTable("browserSession")
      .set({ factorAt: new Date(Date.now() - 299_000) })
      .execute();
    const fresh = await ann.post("/api/v1/keys", { name: "Ops", role: "technician" });

    expect(await stale.json()).toMatchObject({ code: "fresh_factor_needed" });
    expect(fresh.status).toBe(201);
  });

  it("does not let a stolen password add a factor beside the one that is there", async () => {
    const ann = await door.signIn("principal");
    await door.db.updateTable("person").set({ twoFactorEnabled: true }).execute();
    await door.db.updateTable("browserSession").set({ factorAt: null }).execute();

    const answer = await ann.post("/api/auth/two-factor/enable", { password: PASSWORD });

    expect(await answer.json()).toMatchObject({ code: "fresh_factor_needed" });
  });

  it("keeps sign-up closed, and every other path of the library", async () => {
    const browser = door.browser();

    for (const path of [
      "/sign-up/email",
      "/reset-password",
      "/update-user",
      "/delete-user",
      "/list-sessions",
      "/get-session",
      "/error",
      "/ok",
    ]) {
      expect(
        (await browser.post(`/api/auth${path}`, { name: "X", email: "x@example.com", password: PASSWORD })).status,
        path,
      ).toBe(404);
    }
    expect(await door.db.selectFrom("person").selectAll().execute()).toEqual([]);
  });

  it("sends its cookie so that no script and no other site can use it", async () => {
    await door.signIn("technician");
    const answer = await door
      .browser()
      .post("/api/auth/sign-in/email", { email: "technician@example.com", password: PASSWORD });

    expect(answer.headers.getSetCookie().find((cookie) => cookie.startsWith("caretaker.session_token"))).toMatch(
      /HttpOnly.*SameSite=Strict/i,
    );
  });
});

describe("people", () => {
  it("are shut out at once: their requests are refused, their work is ended and their streams are told", async () => {
    const ann = await door.signIn("principal");
    const tom = await door.signIn("technician");

    expect((await ann.post(`/api/v1/people/${tom.id}/disable`, {})).status).toBe(200);

    expect((await tom.fetch("/api/v1/people")).status).toBe(401);
    expect(
      (await door.browser().post("/api/auth/sign-in/email", { email: "technician@example.com", password: PASSWORD }))
        .ok,
    ).toBe(false);
    expect(door.announced.map(({ type }) => type)).toEqual(["session.ended", "person.changed"]);
    expect(door.workEnded).toEqual([tom.id]);
  });

  it("always keep one principal", async () => {
    const ann = await door.signIn("principal");

    const answer = await ann.fetch(`/api/v1/people/${ann.id}`, {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ role: "technician" }),
    });

    expect(await answer.json()).toMatchObject({ code: "conflict" });
  });

  it("join by an invitation once", async () => {
    const ann = await door.signIn("principal");
    const { url } = (await (
      await ann.post("/api/v1/invitations", { email: "Tom@example.com", role: "technician" })
    ).json()) as { url: string };
    const token = url.split("/").at(-1);

    const joined = await door
      .browser()
      .post(`/api/v1/invitations/${token}/accept`, { name: "Tom", password: PASSWORD });
    const again = await door.browser().post(`/api/v1/invitations/${token}/accept`, { name: "Eve", password: PASSWORD });

    expect([joined.status, again.status]).toEqual([200, 410]);
    expect(await door.db.selectFrom("person").select(["email", "role"]).where("name", "=", "Tom").execute()).toEqual([
      { email: "tom@example.com", role: "technician" },
    ]);
    expect(JSON.stringify(await door.db.selectFrom("invitation").selectAll().execute())).not.toContain(token);
  });
});

describe("API keys", () => {
  it("are shown once, kept as a hash, and useless once revoked or expired", async () => {
    const ann = await door.signIn("principal");
    const made = (await (
      await ann.post("/api/v1/keys", { name: "Ops", role: "technician", expiresInDays: 1 })
    ).json()) as { id: string; key: string };
    const ask = () => fetch(`${door.url}/api/v1/clients`, { headers: { authorization: `Bearer ${made.key}` } });

    expect((await ask()).status).toBe(200);
    expect(JSON.stringify(await door.db.selectFrom("apiKey").selectAll().execute())).not.toContain(made.key);
    expect(await (await ann.fetch("/api/v1/keys")).text()).not.toContain(made.key);

    await door.db
      .updateTable("apiKey")
      .set({ expiresAt: new Date(Date.now() - 1000) })
      .execute();
    expect((await ask()).status).toBe(401);

    await door.db
      .updateTable("apiKey")
      .set({ expiresAt: new Date(Date.now() + 60_000) })
      .execute();
    await ann.fetch(`/api/v1/keys/${made.id}`, {
      method: "DELETE",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    expect((await ask()).status).toBe(401);
    expect(door.announced).toContainEqual({ type: "key.revoked", keyId: made.id });
  });

  it("cannot make more of themselves", async () => {
    const ann = await door.signIn("principal");
    const { key } = (await (await ann.post("/api/v1/keys", { name: "Ops", role: "principal" })).json()) as {
      key: string;
    };

    const answer = await fetch(`${door.url}/api/v1/keys`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ name: "More", role: "principal" }),
    });

    expect(answer.status).toBe(403);
  });
});
