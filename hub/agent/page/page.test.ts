import { Language } from "@caretaker/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { buildProposedAct, buildQuestion, INVENTORY } from "../guard/test-helpers.ts";
import { WORDS } from "../words/index.ts";
import { SUPERVISOR } from "./doors.ts";
import { isGoodPin, Pin } from "./pin.ts";
import { type Browser, openTestPage, PIN, type TestPage } from "./test-helpers.ts";

const pages: TestPage[] = [];
afterEach(async () => {
  for (const page of pages.splice(0)) await page.close();
});

async function open(...options: Parameters<typeof openTestPage>): Promise<TestPage & { me: Browser }> {
  const page = await openTestPage(...options);
  pages.push(page);
  if (options[0]?.isConfirmed !== false) await new Pin(page.home.store).choose(PIN);
  return { ...page, me: page.browser() };
}

describe("the page in the home", () => {
  it("is shown to nobody who comes by a name that the internet could have made up", async () => {
    const { ask, port } = await open();
    const hosts = ["evil.example", "127.0.0.1.evil.example", "box.example.evil", "a@127.0.0.1", `evil.example:${port}`];

    const answers = await Promise.all(hosts.map((host) => ask("/", { headers: { host } })));

    expect(answers.map(({ status }) => status)).toEqual(hosts.map(() => 421));
    for (const { text } of answers) expect(text).not.toContain("Huis");
  });

  it("says that it answers, to whoever watches over the box", async () => {
    const { ask } = await open();

    expect(await ask("/healthz")).toMatchObject({ status: 200, text: "ok" });
    expect(await ask("/healthz", { headers: { host: "evil.example" } })).toMatchObject({ status: 421 });
  });

  it.each(["127.0.0.1", "[::1]:8099", "localhost:8099", "box.local", "box.home.arpa", "box.example:8099"])(
    "is shown at %s",
    async (host) => {
      const { ask } = await open();

      expect(await ask("/", { headers: { host } })).toMatchObject({ status: 200 });
    },
  );

  it("lets only Home Assistant's own door in where it stands behind it", async () => {
    const { ask } = await open({ rules: { names: [], ingress: SUPERVISOR } });

    expect(await ask("/")).toMatchObject({ status: 421 });
  });

  it("may be framed by nobody, and loads nothing from elsewhere", async () => {
    const { me } = await open();

    const { headers } = await me.get();

    expect(headers["content-security-policy"]).toContain("default-src 'none'");
    expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
    expect(headers["content-security-policy"]).not.toMatch(/unsafe|https?:|\*/);
    expect(String(headers["set-cookie"])).toMatch(/HttpOnly; SameSite=Strict/);
    expect(headers["cache-control"]).toBe("no-store");
  });

  it("turns no name into markup", async () => {
    const { home, me } = await open();
    const script = "<script>alert(1)</script>";
    home.guard.ask({
      ...buildQuestion(home, [buildProposedAct({ targetName: script })]),
      technician: script,
      why: script,
    });
    home.guard.atWork(script, script);

    const { text } = await me.get();

    expect(text).not.toContain("<script>alert");
    expect(text).toContain("&#60;script&#62;alert");
  });

  it.each(Language.options)("says everything in %s", async (language) => {
    const { home, me } = await open();
    home.guard.ask(buildQuestion(home));
    await me.press("language", { language });

    const { text } = await me.get();

    expect(text).toContain(`<html lang="${language}">`);
    for (const said of [WORDS[language].title, WORDS[language].stop.button, WORDS[language].question.what])
      expect(text).toContain(said.replaceAll("’", "’"));
  });
});

describe("Stop", () => {
  it("needs no PIN and no script, and holds at once", async () => {
    const { home, me } = await open();

    const answer = await me.press("stop");

    expect(answer).toMatchObject({ status: 303, headers: { location: "./" } });
    expect(home.guard.policy().stoppedAt).not.toBeNull();
    expect((await me.get()).text).toContain(WORDS.en.again.button);
  });

  it("is not pressed by another site, nor by a form without our mark", async () => {
    const { home, me } = await open();

    const foreign = await me.press("stop", {}, { origin: "http://evil.example" });
    const none = await me.press("stop", {}, { origin: "null" });
    const cross = await me.press("stop", {}, { "sec-fetch-site": "cross-site" });
    const unmarked = await me.press("stop", { csrf: "x".repeat(32) });
    const json = await me.press("stop", {}, { "content-type": "text/plain" });

    expect([foreign, none, cross, unmarked, json].map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
    expect(home.guard.policy().stoppedAt).toBeNull();
  });

  it("is taken back by the PIN only", async () => {
    const { home, me } = await open();
    await me.press("stop");

    expect(await me.press("allow-again")).toMatchObject({ status: 403 });
    expect(await me.press("allow-again", { pin: "111222" })).toMatchObject({ status: 403 });
    expect(home.guard.policy().stoppedAt).not.toBeNull();
    expect(await me.press("allow-again", { pin: PIN })).toMatchObject({ status: 303 });
    expect(home.guard.policy().stoppedAt).toBeNull();
  });
});

describe("a question", () => {
  it("stands in the agent's own words and by the home's own names, the firm's words apart", async () => {
    const { home, me } = await open();
    home.guard.ask(
      buildQuestion(home, [buildProposedAct({ targetName: "a harmless thing", felt: "Nothing at all." })]),
    );

    const { text } = await me.get();

    expect(text).toContain("Restart the service “Hue”.");
    expect(text).toContain("It does not answer for some seconds.");
    expect(text).not.toContain("harmless");
    expect(text).not.toContain("Nothing at all.");
    expect(text).toMatch(/The firm’s words:<\/h3>\s*<q>The lights do not answer\.<\/q>/);
  });

  it("is allowed with the PIN, and then by the same browser without it for ten minutes", async () => {
    const { home, me } = await open();
    const [first, second, third] = [buildQuestion(home), buildQuestion(home), buildQuestion(home)];
    for (const question of [first, second, third]) home.guard.ask(question);
    const fields = ({ requestId, digest }: typeof first) => ({ requestId, digest, answer: "allow" });

    expect(await me.press("answer", fields(first))).toMatchObject({ status: 403 });
    expect(await me.press("answer", { ...fields(first), pin: PIN })).toMatchObject({ status: 303 });
    expect(await me.press("answer", fields(second))).toMatchObject({ status: 303 });
    await home.clock.forward("11m");
    expect(await me.press("answer", fields(third))).toMatchObject({ status: 403 });

    const answered = home.changes.filter(({ kind }) => kind === "answered");
    expect(answered).toEqual(
      [first, second].map(({ requestId, digest }) => ({
        kind: "answered",
        requestId,
        digest,
        answer: "allow",
        way: "agent_page",
      })),
    );
  });

  it("is refused without a PIN", async () => {
    const { home, me } = await open();
    const asked = buildQuestion(home);
    home.guard.ask(asked);

    const answer = await me.press("answer", { requestId: asked.requestId, digest: asked.digest, answer: "no" });

    expect(answer).toMatchObject({ status: 303 });
    expect(home.changes).toContainEqual(expect.objectContaining({ kind: "answered", answer: "no" }));
  });
});

describe("the PIN", () => {
  it("rests after five wrong tries, also over a restart, and Stop works meanwhile", async () => {
    const { home, me } = await open();
    for (let time = 0; time < 4; time += 1) await me.press("choose", { hubAlone: "all", pin: "999111" });
    const fifth = await me.press("choose", { hubAlone: "all", pin: "999111" });

    expect(fifth.status).toBe(429);
    expect(await me.press("choose", { hubAlone: "all", pin: PIN })).toMatchObject({ status: 429 });
    expect(await new Pin(home.store).check(PIN)).toBe("rests");
    expect(home.store.home.hubAlone).toBe("quiet");
    expect(await me.press("stop")).toMatchObject({ status: 303 });
    await home.clock.forward("11m");
    expect(await me.press("allow-again", { pin: PIN })).toMatchObject({ status: 303 });
  });

  it("is tried five times by fifty who try at once", async () => {
    const { home } = await open();
    const pin = new Pin(home.store);

    const tried = await Promise.all(Array.from({ length: 50 }, (_, at) => pin.check(String(500_000 + at))));

    expect(tried.filter((found) => found === "wrong")).toHaveLength(4);
    expect(tried.filter((found) => found === "rests")).toHaveLength(46);
  });

  it.each([
    ["284617", true],
    ["12345", false],
    ["123456", false],
    ["654321", false],
    ["000000", false],
    ["28461a", false],
    ["1234567890123", false],
  ])("%s may be chosen: %s", (pin, isGood) => {
    expect(isGoodPin(pin)).toBe(isGood);
  });
});

describe("the beginning", () => {
  it("pairs, shows the box's code, and permits nothing before somebody confirmed it with a PIN", async () => {
    const { home, me } = await open({ isConfirmed: false });
    const confirm = { hubAlone: "diagnose", pin: PIN, again: PIN };

    expect((await me.get()).text).toContain("7KQM-2F9D-XW3A");
    expect(await me.press("confirm", { ...confirm, pin: "123456", again: "123456" })).toMatchObject({ status: 400 });
    expect(await me.press("confirm", { ...confirm, again: "284618" })).toMatchObject({ status: 400 });
    expect(home.guard.policy().isConfirmed).toBe(false);
    expect(await me.press("confirm", confirm)).toMatchObject({ status: 303 });
    expect(home.guard.policy()).toMatchObject({ isConfirmed: true, hubAlone: "diagnose" });
    // Whoever comes after cannot choose another PIN.
    expect(await me.press("confirm", { ...confirm, pin: "739154", again: "739154" })).toMatchObject({ status: 409 });
  });

  it("is ended by whoever says that it is not their installer", async () => {
    const { home, me } = await open({ isConfirmed: false });

    await me.press("not-mine");

    expect(home.store.home.pairing).toBeNull();
    expect(home.changes.map(({ kind }) => kind)).toContain("released");
    expect((await me.get()).text).toContain(WORDS.en.pairing.title);
  });

  it("ends with the PIN, and forgets the hub, what was allowed and the PIN", async () => {
    const { home, me } = await open();

    expect(await me.press("end")).toMatchObject({ status: 403 });
    expect(await me.press("end", { pin: PIN })).toMatchObject({ status: 303 });

    expect(home.store.home).toMatchObject({
      pairing: null,
      confirmedAt: null,
      places: [],
      questions: [],
      pin: null,
      tokenHash: null,
    });
  });
});

describe("places", () => {
  it("are allowed with the PIN only, and forbidden without", async () => {
    const { home, me } = await open();
    const target = { host: "192.168.1.30", port: 443, tls: true };
    const place = { host: target.host, port: "443" };
    expect(() => home.guard.permitOpen("control4", [target])).toThrow();

    expect((await me.get()).text).toContain("192.168.1.30:443");
    expect(await me.press("place", { ...place, answer: "allow" })).toMatchObject({ status: 403 });
    expect(() => home.guard.permitOpen("control4", [target])).toThrow();
    expect(await me.press("place", { ...place, answer: "allow", pin: PIN })).toMatchObject({ status: 303 });
    expect(() => home.guard.permitOpen("control4", [target])).not.toThrow();
    await me.press("place", { ...place, answer: "no" });
    expect(() => home.guard.permitOpen("control4", [target])).toThrow();
  });
});

describe("the door for Home Assistant", () => {
  async function withToken() {
    const page = await open();
    const { text } = await page.me.press("token", { pin: PIN });
    const token = /<code>([A-Za-z0-9_-]{32})<\/code>/.exec(text)?.[1] ?? "";
    const call = (path: string, body?: object, by = token) =>
      page.ask(`/api/${path}`, {
        method: body === undefined ? "GET" : "POST",
        headers: { authorization: `Bearer ${by}`, host: "evil.example" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    return { ...page, token, call };
  }

  it("opens to the newest token, which is shown once and of which only a digest is kept", async () => {
    const { me, home, token, call } = await withToken();

    expect(token).toHaveLength(32);
    expect(JSON.stringify(home.store.home)).not.toContain(token);
    expect((await me.get()).text).not.toContain(token);
    expect(await call("state", undefined, "x".repeat(32))).toMatchObject({ status: 401 });
    expect(await call("stop", {}, "")).toMatchObject({ status: 401 });
    expect(await call("state")).toMatchObject({ status: 200 });
    await me.press("token", { pin: PIN });
    expect(await call("state")).toMatchObject({ status: 401 });
  });

  it("tells the state, answers, stops, allows again and asks for help", async () => {
    const { home, call } = await withToken();
    const asked = buildQuestion(home);
    home.guard.ask(asked);
    home.guard.atWork("Anna", "The lights do not answer.");

    const state = JSON.parse((await call("state")).text);
    expect(state).toMatchObject({
      version: 1,
      home: "Keizersgracht 1",
      firm: { name: "Huis & Techniek", phone: "+31 20 555 0100" },
      fingerprint: "7KQM-2F9D-XW3A",
      hub: { connected: true, since: null },
      confirmed: true,
      hubAlone: "quiet",
      stoppedAt: null,
      atWork: { technician: "Anna" },
      language: "en",
    });
    expect(state.questions).toEqual([
      expect.objectContaining({ requestId: asked.requestId, digest: asked.digest, technician: "Anna", private: false }),
    ]);
    expect(state.questions[0].lines[0]).toBe("Restart the service “Hue”. This cannot be undone.");

    const wrong = { requestId: asked.requestId, digest: "0".repeat(64), answer: "allow" };
    expect(await call("answer", wrong)).toMatchObject({ status: 409 });
    expect(await call("answer", { ...wrong, digest: asked.digest })).toMatchObject({ status: 200 });
    expect(await call("answer", { ...wrong, digest: asked.digest })).toMatchObject({ status: 409 });
    expect(await call("help", { words: "The hall is dark." })).toMatchObject({ status: 200 });
    expect(JSON.parse((await call("stop", {})).text).stoppedAt).not.toBeNull();
    expect(JSON.parse((await call("allow-again", {})).text).stoppedAt).toBeNull();
    expect(home.changes.map(({ kind }) => kind)).toEqual(["answered", "help", "answered", "policy", "policy"]);
    expect(await call("answer", { answer: "perhaps" })).toMatchObject({ status: 400 });
    expect(await call("nothing", {})).toMatchObject({ status: 404 });
  });

  it("says that a private thing is concerned", async () => {
    const { home, call } = await withToken();
    const entity = INVENTORY.entities.find((one) => one.private)?.key ?? "";
    const act = { capability: "entity.refresh", input: { entity }, target: buildProposedAct().target, private: true };
    home.guard.ask(buildQuestion(home, [buildProposedAct(act)]));

    expect(JSON.parse((await call("state")).text).questions[0]).toMatchObject({ private: true });
  });

  it("says the whole state at once and again at each change", async () => {
    const { home, token, port } = await withToken();
    const answer = await fetch(`http://127.0.0.1:${port}/api/events`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    const next = async () => JSON.parse(new TextDecoder().decode((await reader.read()).value).replace(/^data: /, ""));

    const before = await next();
    home.guard.stop("agent_page");
    const after = await next();
    await reader.cancel();

    expect(answer.headers.get("content-type")).toBe("text/event-stream");
    expect(before.stoppedAt).toBeNull();
    expect(after.stoppedAt).not.toBeNull();
  });
});
