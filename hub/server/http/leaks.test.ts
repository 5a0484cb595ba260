import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestDoor, PASSWORD, SETUP_TOKEN, type TestBrowser } from "./test-door.ts";

let door: Awaited<ReturnType<typeof openTestDoor>>;
const answers: { where: string; text: string }[] = [];

beforeAll(async () => {
  door = await openTestDoor();
});

afterAll(() => door.close());

/** A browser that keeps all it is told: each answer's body and headers, but the cookies, whose place that is. */
function listening(browser: TestBrowser) {
  return async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await browser.fetch(path, {
      method,
      headers: { "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const told = [...answer.headers].filter(([name]) => name !== "set-cookie");
    answers.push({
      where: `${method} ${path.split("/").slice(0, 5).join("/")}`,
      text: `${JSON.stringify(told)}${text}`,
    });
    return { status: answer.status, text };
  };
}

/** A secret as it may look elsewhere: as it is, in base 64, in hexadecimal, in an address, in JSON. */
function looksOf(secret: string): string[] {
  const bytes = Buffer.from(secret, "utf8");
  return [
    ...new Set([
      secret,
      bytes.toString("base64").replace(/=+$/, ""),
      bytes.toString("base64url"),
      bytes.toString("hex"),
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
    ]),
  ];
}

describe("secrets", () => {
  it("that went through every door stand in no answer but the one that hands them over, and in no line of the log", async () => {
    const wrong = `Wrong-${randomBytes(12).toString("hex")}!`;
    const joining = `Joining-${randomBytes(12).toString("hex")}!`;
    const ann = await door.signIn("principal");
    const asAnn = listening(ann);
    const asStranger = listening(door.browser());

    await asStranger("POST", "/api/v1/setup", { token: SETUP_TOKEN, mode: "demo" });
    await asStranger("POST", "/api/v1/setup", { token: `${SETUP_TOKEN}-not`, mode: "demo" });
    await asStranger("POST", "/api/auth/sign-in/email", { email: "principal@example.com", password: wrong });
    const made = await asAnn("POST", "/api/v1/keys", { name: "Ops", role: "technician" });
    const { key } = JSON.parse(made.text) as { key: string };
    const invited = await asAnn("POST", "/api/v1/invitations", { email: "tom@example.com", role: "technician" });
    const invitation = (JSON.parse(invited.text) as { url: string }).url.split("/").at(-1) ?? "";
    const handedOver = answers.splice(answers.length - 2);

    const byKey = { authorization: `Bearer ${key}` };
    await asStranger("GET", "/api/v1/clients", undefined, byKey);
    await asStranger("GET", "/api/v1/clients?limit=none", undefined, byKey);
    await asStranger("POST", "/api/v1/clients", `{"name": ${key}`, byKey);
    await asStranger("GET", "/api/v1/keys", undefined, byKey);
    await asStranger("GET", `/api/v1/invitations/${invitation}`);
    await asStranger("GET", `/api/v1/invitations/${invitation}/nope`);
    await asStranger("GET", `/invitations/${invitation}/%00`);
    await asStranger("GET", `/c/${invitation}/%ff`);
    await asStranger("POST", `/api/v1/invitations/${invitation}/accept`, { name: "Tom", password: "short" });
    await asStranger("POST", `/api/v1/invitations/${invitation}/accept`, { name: "Tom", password: joining });
    await asStranger("POST", `/api/v1/invitations/${invitation}/accept`, { name: "Tom", password: joining });
    await asAnn("POST", "/api/auth/change-password", { currentPassword: wrong, newPassword: joining });
    for (const path of ["me", "sessions?everybody=true", "people", "keys", "openapi.json"])
      await asAnn("GET", `/api/v1/${path}`);
    await asAnn("GET", `/api/v1/clients?q=${encodeURIComponent(PASSWORD)}`);

    await listening(door.browser())("POST", "/api/auth/sign-in/email", {
      email: "principal@example.com",
      password: PASSWORD,
    });

    const sessions = await door.db.selectFrom("browserSession").select("token").execute();
    const secrets = { "a setup token": SETUP_TOKEN, "a password": PASSWORD, "a wrong password": wrong };
    const all = { ...secrets, "a new password": joining, "a key": key, "an invitation": invitation };
    const found: string[] = [];
    const tokens = sessions.map(({ token }): [string, string] => ["a session", token]);
    expect(tokens).toHaveLength(2);
    for (const [what, secret] of [...Object.entries(all), ...tokens]) {
      expect(secret.length, what).toBeGreaterThanOrEqual(16);
      for (const look of looksOf(secret)) {
        for (const { where, text } of answers) if (text.includes(look)) found.push(`${what} in ${where}`);
        for (const line of door.log) if (line.includes(look)) found.push(`${what} in the log: ${line.slice(0, 200)}`);
      }
    }

    expect(found).toEqual([]);
    expect(handedOver[0]?.text).toContain(key);
    expect(handedOver[1]?.text).toContain(invitation);
    expect(answers.length).toBeGreaterThan(20);
    expect(door.log.length).toBeGreaterThan(20);
  });
});
