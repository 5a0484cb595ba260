import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AUTH_PATHS } from "../people/auth.ts";
import { openTestDoor, PASSWORD, type TestBrowser } from "./test-door.ts";

let door: Awaited<ReturnType<typeof openTestDoor>>;
let ann: TestBrowser;

beforeAll(async () => {
  door = await openTestDoor();
  ann = await door.signIn("technician");
});

afterAll(() => door.close());

const PATHS = [...AUTH_PATHS];
const signIn = "/api/auth/sign-in/email";
const json = { "content-type": "application/json" };
const codeOf = async (answer: Response) => [answer.status, ((await answer.json()) as { code: string }).code];

describe("the sign-in door", () => {
  it.each(PATHS)("%s reads no body that is longer than anybody's answer", async (path) => {
    const answer = await door.browser().post(`/api/auth${path}`, { email: "a".repeat(70_000) });

    expect(await codeOf(answer)).toEqual([413, "too_large"]);
  });

  it("reads none that does not say how long it is either", async () => {
    let rest = 100;
    const body = new ReadableStream({
      pull(controller) {
        rest -= 1;
        controller.enqueue(Buffer.alloc(16_384, "a"));
        if (rest === 0) controller.close();
      },
    });
    const init = { method: "POST", headers: json, body, duplex: "half" } as RequestInit;

    expect(await codeOf(await door.browser().fetch(signIn, init))).toEqual([413, "too_large"]);
  });

  it.each(["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", undefined])(
    "takes no form that another site's page could send: %s",
    async (type) => {
      const body = new TextEncoder().encode(`email=a%40example.com&password=${PASSWORD}`);
      const headers = type === undefined ? {} : { "content-type": type };

      expect(await codeOf(await door.browser().fetch(signIn, { method: "POST", headers, body }))).toEqual([
        415,
        "media_type_refused",
      ]);
    },
  );

  it.each([
    ["{nope", "is not JSON"],
    ['"words"', "is not JSON"],
    ['{"email":"a\\u0000@example.com"}', "email: holds a character"],
    ['{"email":"\\ud800"}', "email: holds a character"],
    [`{"email":${"[".repeat(5000)}${"]".repeat(5000)}}`, "is nested too deeply"],
  ])("answers %.30s with what is wrong", async (body, words) => {
    const answer = await door.browser().fetch(signIn, { method: "POST", headers: json, body });
    const problem = (await answer.json()) as { code: string; detail: string };

    expect([answer.status, problem.code]).toEqual([400, "invalid_input"]);
    expect(problem.detail).toContain(words);
  });

  it("answers somebody unknown as it answers a wrong password", async () => {
    const tries = ["technician@example.com", "nobody@example.com"].map(async (email) => {
      const answer = await door.browser().post(signIn, { email, password: "wrong horse battery" });
      return [answer.status, await answer.text()];
    });

    const [known, unknown] = await Promise.all(tries);

    expect(unknown).toEqual(known);
    expect(known?.[0]).toBe(401);
  });

  it("gives a new session at each sign-in, whatever cookie came with it", async () => {
    const chosen = `caretaker.session_token=${"a".repeat(32)}.${"b".repeat(43)}%3D`;
    const body = JSON.stringify({ email: "technician@example.com", password: PASSWORD });

    const answer = await door
      .browser()
      .fetch(signIn, { method: "POST", headers: { ...json, cookie: chosen, origin: door.url }, body });

    const given = answer.headers.getSetCookie().find((cookie) => cookie.startsWith("caretaker.session_token="));
    expect(given).toBeDefined();
    expect(given).not.toContain("a".repeat(32));
  });

  it("lets somebody out who is in", async () => {
    expect((await ann.post("/api/auth/sign-out", {})).status).toBe(200);
    expect((await ann.fetch("/api/v1/me")).status).toBe(401);
  });
});
