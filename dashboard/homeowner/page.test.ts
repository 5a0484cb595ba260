// @vitest-environment-options { "url": "https://care.example.org/c/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ConsentAnswer, ConsentView, ErrorCode } from "@caretaker/protocol";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createApi } from "./api.ts";
import { createPage, type Page } from "./page.ts";
import { browserLanguage, wordsIn } from "./words/index.ts";

const library = vi.hoisted(() => ({ startAuthentication: vi.fn() }));
vi.mock("@simplewebauthn/browser", () => library);

const TOKEN = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

function buildView(given: Partial<ConsentView> = {}): ConsentView {
  return {
    status: "asked",
    language: "en",
    firm: { name: "Bright Homes", phone: "+31 20 123 4567" },
    home: "Canal house",
    homeownerName: "Anna Lee",
    technician: "Sam Jansen",
    why: "The lights in the hall do not react",
    what: ["Switch off “Light bridge” (Hall), and on again."],
    notice: ["The lights in the hall go dark."],
    minutes: 15,
    seen: ["Whether your devices answer."],
    undo: ["If it does not help, it is put back as it was."],
    ifNo: "Then nothing is done.",
    price: null,
    timeZone: "Europe/Amsterdam",
    quietHours: { from: "22:00", to: "07:00" },
    window: null,
    windowChoice: null,
    askedAt: "2026-11-22T18:00:00.000Z",
    answerBy: "2026-11-22T22:00:00.000Z",
    startBy: null,
    answeredAt: null,
    callAskedAt: null,
    ledgerCode: "3f2a-91bc",
    proposalCode: "77aa-0102",
    canAnswer: true,
    takesPasskey: false,
    canStop: false,
    ended: null,
    emergency: null,
    progress: { state: "not_started", steps: [], outcome: null, isWell: false, results: [] },
    ...given,
  };
}

const CHALLENGE = {
  origin: "https://care.example.org",
  rpId: "care.example.org",
  challenge: "c".repeat(43),
  credentials: ["aa"],
};

/** A hub behind `fetch` with the state of one question. */
function fakeHub(view: ConsentView) {
  const calls: { method: string; path: string; body: unknown }[] = [];
  const hub = {
    view,
    calls,
    /** What every call is answered with instead: a code of ours, or nothing at all. */
    failure: undefined as { code: ErrorCode; status: number } | "offline" | undefined,
    posts: () =>
      calls.filter(({ method }) => method === "POST").map(({ path, body }) => [path.split("/").at(-1), body]),
  };
  const answers: Record<ConsentAnswer, ConsentView["status"]> = {
    allow: "allowed",
    another_time: "another_time",
    no: "refused",
  };
  vi.stubGlobal("fetch", async (url: string, request: RequestInit): Promise<Response> => {
    const body = request.body === undefined ? undefined : JSON.parse(String(request.body));
    calls.push({ method: request.method ?? "GET", path: url, body });
    const { failure } = hub;
    if (failure === "offline") throw new TypeError("Failed to fetch");
    if (failure !== undefined) return Response.json({ code: failure.code }, { status: failure.status });
    if (url.endsWith("/answer")) {
      const status = answers[body.answer as ConsentAnswer];
      hub.view = { ...hub.view, status, canAnswer: false, canStop: status === "allowed", answeredAt: hub.view.askedAt };
    }
    if (url.endsWith("/passkey")) return Response.json(CHALLENGE);
    if (url.endsWith("/passkey/allow"))
      hub.view = { ...hub.view, status: "allowed", canAnswer: false, takesPasskey: false, canStop: true };
    if (url.endsWith("/call-me")) hub.view = { ...hub.view, callAskedAt: hub.view.askedAt };
    if (url.endsWith("/stop")) {
      hub.view = {
        ...hub.view,
        status: "withdrawn",
        canStop: false,
        progress: { ...hub.view.progress, state: "stopping" },
      };
    }
    return Response.json(url.endsWith("/opened") ? {} : hub.view);
  });
  return hub;
}

let root: HTMLElement;
let page: Page;

async function openPage(view: ConsentView) {
  const hub = fakeHub(view);
  page = createPage(root, createApi(TOKEN), "en");
  await page.open();
  return hub;
}

const text = (): string => root.textContent ?? "";
const button = (name: string): HTMLButtonElement => {
  const found = [...root.querySelectorAll("button")].find((one) => one.textContent === name);
  if (found === undefined) throw new Error(`There is no button ${name}.`);
  return found;
};
/** Those that answer or stop. The wish to be called stands beside them, whatever is asked. */
const buttons = (): string[] => [...root.querySelectorAll(".actions button")].map((one) => one.textContent ?? "");

beforeEach(() => {
  vi.useFakeTimers();
  document.body.innerHTML = '<main id="page"></main>';
  root = document.querySelector("main") as HTMLElement;
});
afterEach(() => {
  page?.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("a yes that is signed with a passkey", () => {
  const ALLOW = wordsIn("en").passkey.allow;
  const credential = { id: "aa", clientDataJSON: "client", authenticatorData: "data", signature: "signature" };

  beforeEach(() => {
    vi.stubGlobal("isSecureContext", true);
    vi.stubGlobal("PublicKeyCredential", class {});
    const { id, ...response } = credential;
    library.startAuthentication.mockReset().mockResolvedValue({ id, response });
  });

  it("stands in the place of a plain one, which the box would not take, and says where else one is taken", async () => {
    await openPage(buildView({ takesPasskey: true }));

    expect(buttons()).toEqual([ALLOW, "Another time", "No"]);
    expect(root.querySelector(".actions")?.textContent).toContain(wordsIn("en").passkey.elsewhere);
  });

  it.each([
    ["a browser that has none", () => vi.stubGlobal("PublicKeyCredential", undefined), true],
    ["a home that takes none", () => {}, false],
  ])("is not offered in %s", async (_, prepare, takesPasskey) => {
    prepare();
    if (takesPasskey) Reflect.deleteProperty(window, "PublicKeyCredential");

    await openPage(buildView({ takesPasskey }));

    expect(buttons()).toEqual(["Allow", "Another time", "No"]);
  });

  it("is offered where the plain one was pressed and the box waits for its own, with Stop beside it", async () => {
    const hub = await openPage(buildView({ status: "allowed", canAnswer: false, canStop: true, takesPasskey: false }));
    expect(buttons()).toEqual(["Stop"]);

    hub.view = { ...hub.view, takesPasskey: true };
    await vi.advanceTimersByTimeAsync(20_000);
    expect(buttons()).toEqual([ALLOW, "Stop"]);
    expect(root.querySelector(".actions")?.textContent).toContain(wordsIn("en").passkey.elsewhere);
    button(ALLOW).click();

    await vi.waitFor(() => expect(buttons()).toEqual(["Stop"]));
    expect(hub.posts().slice(-1)).toEqual([["allow", { proposalCode: "77aa-0102", credential }]]);
  });

  it("is signed over what the box gave, and sent with the code of what was read", async () => {
    const hub = await openPage(buildView({ takesPasskey: true }));

    button(ALLOW).click();
    await vi.waitFor(() => expect(buttons()).toEqual(["Stop"]));

    expect(library.startAuthentication.mock.lastCall?.[0].optionsJSON.challenge).toBe(CHALLENGE.challenge);
    expect(hub.posts().slice(-2)).toEqual([
      ["passkey", {}],
      ["allow", { proposalCode: "77aa-0102", credential }],
    ]);
    expect(document.activeElement?.id).toBe("status");
  });

  it("that is cancelled on the phone allows nothing, and can be pressed again", async () => {
    library.startAuthentication.mockRejectedValue(Object.assign(new Error("no"), { name: "NotAllowedError" }));
    const hub = await openPage(buildView({ takesPasskey: true }));

    button(ALLOW).click();
    await vi.waitFor(() => expect(text()).toContain(wordsIn("en").problems.passkeyCancelled));

    expect(hub.posts().map(([what]) => what)).toEqual(["opened", "passkey"]);
    expect(button(ALLOW).disabled).toBe(false);
  });

  it.each([
    ["gateway_unreachable", "boxAway"],
    ["not_available_here", "boxAway"],
    ["conflict", "notYet"],
    ["not_allowed", "notAllowed"],
  ] as const)("says what %s means", async (failed, word) => {
    const hub = await openPage(buildView({ takesPasskey: true }));
    hub.failure = { code: failed, status: 500 };

    button(ALLOW).click();

    await vi.waitFor(() => expect(text()).toContain(wordsIn("en").problems[word]));
    expect(library.startAuthentication).not.toHaveBeenCalled();
  });
});

describe("a wish to be called", () => {
  it("is sent once, is said where it was pressed, and leaves the question open", async () => {
    const hub = await openPage(buildView());

    button("Please call me").click();
    await vi.advanceTimersByTimeAsync(0);

    expect(hub.posts()).toContainEqual(["call-me", {}]);
    expect(root.querySelector(".wish")?.textContent).toContain("We will call you.");
    expect(button("Please call me").hidden).toBe(true);
    expect(buttons()).toEqual(["Allow", "Another time", "No"]);
  });
});

describe("the question", () => {
  it("says who, why, what, what is noticed, how long, until when, what is seen and what happens if no", async () => {
    const { view } = await openPage(buildView());

    for (const words of [
      "Sam Jansen would like to do something in your home",
      "Bright Homes · Canal house",
      view.why,
      ...view.what,
      ...view.notice,
      "At most 15 minutes.",
      "Sunday 22 November at 23:00",
      ...view.seen,
      ...view.undo,
      "Press Stop on this page at any moment.",
      view.ifNo,
      "3f2a-91bc",
      "77aa-0102",
    ]) {
      expect(text()).toContain(words);
    }
    expect(buttons()).toEqual(["Allow", "Another time", "No"]);
    expect(root.querySelector("a")?.getAttribute("href")).toBe("tel:+31201234567");
    expect(document.title).toBe("A question about your home · Bright Homes");
  });

  it("grants nothing by being opened: it only reads, and says that a person did", async () => {
    const hub = await openPage(buildView());

    expect(hub.posts()).toEqual([["opened", {}]]);
    expect(hub.view.status).toBe("asked");
  });

  it.each([
    ["Allow", "allow"],
    ["No", "no"],
  ] as const)("is answered by %s, with the code of what was read", async (name, answer) => {
    const hub = await openPage(buildView());

    button(name).click();
    await vi.advanceTimersByTimeAsync(0);

    expect(hub.posts().at(-1)).toEqual(["answer", { answer, proposalCode: "77aa-0102" }]);
    expect(buttons()).toEqual(answer === "allow" ? ["Stop"] : []);
    expect(document.activeElement?.id).toBe("status");
    expect(root.querySelector("h1")?.textContent).toBe("What Sam Jansen asked you");
  });

  it("is put off to a time that is chosen on the spot, by the clock of the home, and says what that means", async () => {
    const windowChoice = { from: "2026-11-22T18:00:00.000Z", to: "2026-12-06T18:00:00.000Z" };
    const hub = await openPage(buildView({ windowChoice }));

    button("Another time").click();
    expect(document.activeElement?.textContent).toBe("Choose another time");
    const [day, hours] = [...root.querySelectorAll("select")];
    if (day === undefined || hours === undefined) throw new Error("nothing to choose from");
    expect(root.querySelector(`label[for="${day.id}"]`)?.textContent).toBe("Day");
    day.selectedIndex = 1;
    day.dispatchEvent(new Event("change"));
    hours.selectedIndex = 1;
    hours.dispatchEvent(new Event("change"));
    expect(text()).toContain("On Monday 23 November between 10:00 and 12:00 it may be done without asking you again");
    await vi.advanceTimersByTimeAsync(60_000);
    button("Allow it then").click();
    await vi.advanceTimersByTimeAsync(0);

    const window = { from: "2026-11-23T09:00:00.000Z", to: "2026-11-23T11:00:00.000Z" };
    expect(hub.posts().at(-1)).toEqual(["answer", { answer: "another_time", proposalCode: "77aa-0102", window }]);
  });

  it("is put off without a time where none can be said yet, and nothing is chosen by looking", async () => {
    const hub = await openPage(buildView());

    button("Another time").click();
    button("Back").click();
    expect(buttons()).toEqual(["Allow", "Another time", "No"]);
    expect(hub.posts()).toEqual([["opened", {}]]);
    button("Another time").click();
    button("I cannot say yet").click();
    await vi.advanceTimersByTimeAsync(0);

    expect(hub.posts().at(-1)).toEqual(["answer", { answer: "another_time", proposalCode: "77aa-0102" }]);
  });

  it("that was allowed for a time says which, and not that it begins shortly", async () => {
    const window = { from: "2026-11-24T09:00:00.000Z", to: "2026-11-24T11:00:00.000Z" };
    await openPage(buildView({ status: "allowed", canAnswer: false, canStop: true, window, startBy: window.to }));

    expect(text()).toContain("on Tuesday 24 November between 10:00 and 12:00. Nothing is done before.");
    expect(text()).not.toContain("shortly");
  });

  it("says how things were before and how they are now, once it has ended", async () => {
    const results = [{ thing: "Light bridge", before: "7 parts of it do not answer.", after: "It answers." }];
    const progress = { state: "done", steps: [], outcome: "It works again.", isWell: true, results } as const;
    await openPage(buildView({ status: "over", canAnswer: false, progress: { ...progress, steps: [], results } }));

    expect(root.querySelector(".result")?.textContent).toContain(
      "Light bridgeBefore: 7 parts of it do not answer.Now: It answers.",
    );
  });

  it("cannot be pressed twice", async () => {
    const hub = await openPage(buildView());

    button("Allow").click();
    expect(buttons().length).toBe(3);
    expect(button("No").disabled).toBe(true);
    button("No").click();
    await vi.advanceTimersByTimeAsync(0);

    expect(hub.posts().map(([name]) => name)).toEqual(["opened", "answer"]);
  });

  it("shows no buttons to somebody who may not answer now", async () => {
    await openPage(buildView({ canAnswer: false }));

    expect(buttons()).toEqual([]);
    expect(text()).toContain("Please call us");
  });

  it("shows names as names, whatever they contain", async () => {
    await openPage(buildView({ why: "<img src=x onerror=alert(1)>", technician: "<b>Sam</b>" }));

    expect(root.querySelector("img, b")).toBeNull();
    expect(text()).toContain("<img src=x onerror=alert(1)>");
  });

  it("speaks the language of whoever was asked", async () => {
    await openPage(buildView({ language: "de" }));

    expect(document.documentElement.lang).toBe("de");
    expect(buttons()).toEqual(["Erlauben", "Ein andermal", "Nein"]);
    expect(text()).toContain("Sonntag, 22. November um 23:00");
  });
});

describe("while something is done", () => {
  const working = buildView({
    status: "allowed",
    canAnswer: false,
    canStop: true,
    answeredAt: "2026-11-22T18:10:00.000Z",
    startBy: "2026-11-23T18:10:00.000Z",
    progress: {
      state: "working",
      steps: [{ at: "2026-11-22T18:10:00.000Z", words: "You allowed this." }],
      outcome: null,
      isWell: false,
      results: [],
    },
  });

  it("follows what happens every two seconds and adds each line once", async () => {
    const hub = await openPage(working);
    const first = root.querySelector("li");
    hub.view = {
      ...working,
      progress: {
        ...working.progress,
        steps: [...working.progress.steps, { at: "2026-11-22T18:11:00.000Z", words: "Begun: switch it off." }],
      },
    };

    await vi.advanceTimersByTimeAsync(2000);

    expect([...root.querySelectorAll("li")].map((row) => row.textContent)).toEqual([
      "19:10You allowed this.",
      "19:11Begun: switch it off.",
    ]);
    expect(root.querySelector("li")).toBe(first);
    expect(root.querySelector("ol")?.getAttribute("aria-live")).toBe("polite");
  });

  it("stops at one tap, and says what becomes of it", async () => {
    const hub = await openPage(working);

    button("Stop").click();
    await vi.advanceTimersByTimeAsync(0);

    expect(hub.posts().at(-1)).toEqual(["stop", {}]);
    expect(buttons()).toEqual([]);
    expect(text()).toContain("What is running is finished or put back");
  });

  it("says what came of it in the end, and then leaves the hub in peace", async () => {
    const hub = await openPage(working);
    hub.view = {
      ...working,
      status: "over",
      canStop: false,
      progress: { ...working.progress, state: "done", outcome: "It works again.", isWell: true },
    };
    await vi.advanceTimersByTimeAsync(2000);
    expect(root.querySelector("#status")?.textContent).toBe("It works again.");
    // In the colour of a yes, not in the grey of what is merely over.
    expect(root.querySelector<HTMLElement>("#status")?.dataset.state).toBe("well");
    const calls = hub.calls.length;

    await vi.advanceTimersByTimeAsync(60_000);

    expect(hub.calls.length).toBe(calls);
  });

  it("says that what was allowed ended before its time, and why, and follows until the work has stopped", async () => {
    const ended = "What you allowed has ended: the link to your home was lost for too long.";
    const over = { ...working, status: "over", canStop: false, ended } as const;
    const hub = await openPage({ ...over, progress: { ...working.progress, state: "stopping" } });
    expect(root.querySelector("#status")?.textContent).toBe(ended);
    hub.view = { ...over, progress: { ...working.progress, state: "done", outcome: "It does not work yet." } };

    await vi.advanceTimersByTimeAsync(10_000);

    expect(root.querySelector("#status")?.textContent).toBe(`${ended} It does not work yet.`);
    expect(buttons()).toEqual([]);
  });

  it("keeps the Stop button, and the focus on it, from one look to the next", async () => {
    const hub = await openPage(working);
    const stop = button("Stop");
    stop.focus();
    hub.view = { ...working, progress: { ...working.progress, steps: [] } };

    await vi.advanceTimersByTimeAsync(4000);

    expect(button("Stop")).toBe(stop);
    expect(document.activeElement).toBe(stop);
  });

  it("does not ask while nobody looks, and asks at once when somebody does", async () => {
    const hub = await openPage(working);
    const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
    const before = hub.calls.length;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(hub.calls.length).toBe(before);

    hidden.mockReturnValue(false);
    document.dispatchEvent(new Event("visibilitychange"));
    await vi.advanceTimersByTimeAsync(0);

    expect(hub.calls.length).toBe(before + 1);
  });
});

describe("when something goes wrong", () => {
  it("says that a link does not work, in the browser's language, and asks no further", async () => {
    const hub = fakeHub(buildView());
    hub.failure = { code: "not_found", status: 404 };
    page = createPage(root, createApi(TOKEN), "nl");
    await page.open();

    expect(text()).toContain("Deze link werkt niet");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(hub.calls.length).toBe(1);
  });

  it.each([
    ["already_done", 409, "This was answered before."],
    ["gone", 410, "The time to answer is over."],
    ["changed_meanwhile", 409, "Something changed meanwhile."],
    ["not_allowed", 403, "This cannot be allowed from here"],
    ["too_many_requests", 429, "wait a minute"],
    ["internal", 500, "That did not work."],
  ] as const)("says it plainly for %s, and lets the person try again", async (code, status, words) => {
    const hub = await openPage(buildView());
    hub.failure = { code, status };

    button("Allow").click();
    await vi.advanceTimersByTimeAsync(0);

    expect(root.querySelector("[role=alert]")?.textContent).toContain(words);
    expect(button("Allow").disabled).toBe(false);
    expect(text()).not.toContain("Sending");
  });

  it("keeps trying without a connection, and goes on when it is back", async () => {
    const hub = await openPage(buildView());
    hub.failure = "offline";
    await vi.advanceTimersByTimeAsync(10_000);
    expect(root.querySelector("[role=alert]")?.textContent).toContain("no connection");

    hub.failure = undefined;
    await vi.advanceTimersByTimeAsync(10_000);

    expect(root.querySelector("[role=alert]")?.textContent).toBe("");
  });

  it("begins without a connection, too", async () => {
    const hub = fakeHub(buildView());
    hub.failure = "offline";
    page = createPage(root, createApi(TOKEN), "en");
    await page.open();
    expect(text()).toContain("no connection");

    hub.failure = undefined;
    await vi.advanceTimersByTimeAsync(10_000);

    expect(buttons()).toEqual(["Allow", "Another time", "No"]);
    expect(hub.posts()).toEqual([["opened", {}]]);
  });
});

describe("what is left in the end", () => {
  it.each([
    ["refused", {}, "You said no."],
    ["another_time", {}, "You would like another time."],
    ["expired", {}, "The time to answer is over."],
    ["expired", { answeredAt: "2026-11-22T18:10:00.000Z" }, "was not begun in time"],
    ["over", {}, "no longer open"],
    ["allowed", { startBy: "2026-11-23T18:10:00.000Z" }, "It will begin before Monday 23 November at 19:10"],
  ] as const)("is said for %s %j", async (status, given, words) => {
    await openPage(buildView({ status, canAnswer: false, ...given }));

    expect(root.querySelector("#status")?.textContent).toContain(words);
    expect(buttons()).toEqual([]);
  });
});

describe("the page's words and its document", () => {
  it("are there in every language, with nothing left untranslated", () => {
    const leaves = (value: unknown, path = ""): [string, unknown][] =>
      typeof value === "object" && value !== null
        ? Object.entries(value).flatMap(([key, inner]) => leaves(inner, `${path}.${key}`))
        : [[path, typeof value === "function" ? value("A", "B") : value]];
    const english = new Map(leaves(wordsIn("en")));

    for (const language of ["nl", "de", "fr"] as const) {
      const same = leaves(wordsIn(language)).filter(([path, words]) => english.get(path) === words);
      expect(same.map(([path]) => path).filter((path) => ![".of", ".stopNow"].includes(path))).toEqual([]);
    }
  });

  it("begin in the first language of the browser that we have", () => {
    expect(browserLanguage(["es-ES", "fr-CA", "de"])).toBe("fr");
    expect(browserLanguage(["ja"])).toBe("en");
  });

  it("hold no inline script, no inline style, and nothing of other servers", () => {
    const document = readFileSync(join(import.meta.dirname, "..", "consent.html"), "utf8");

    expect(document).not.toMatch(/style=|<style|\son\w+=|https?:/);
    expect(document.match(/<script[^>]*>/g)).toEqual(['<script type="module" src="/homeowner/main.ts">']);
    expect(document).toContain('name="referrer" content="no-referrer"');
    expect(document).toContain('name="robots" content="noindex, nofollow"');
  });
});
