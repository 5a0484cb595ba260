import { CaretakerError, operations } from "@caretaker/protocol";
import { afterEach, describe, expect, it, vi } from "vitest";
import { id } from "../test-helpers.tsx";
import { api, apiStream, requestOf } from "./api.ts";
import { factorQuestion, withFreshFactor } from "./fresh-factor.ts";
import { HubUnreachableError } from "./problems.ts";

function answering(...answers: (Response | Error)[]) {
  const fetched = vi.fn(async (_url: string, _init?: RequestInit): Promise<Response> => {
    const next = answers.shift();
    if (next === undefined || next instanceof Error) throw next ?? new Error("nothing left to answer");
    return next;
  });
  vi.stubGlobal("fetch", fetched);
  return fetched;
}

function problem(status: number, code: string): Response {
  const body = {
    type: "about:blank",
    title: "",
    status,
    detail: "Somebody saved this before you.",
    code,
    requestId: "req-7",
    fields: [{ path: "name", message: "is empty" }],
  };
  return new Response(JSON.stringify(body), { status });
}

describe("the typed client", () => {
  afterEach(() => vi.unstubAllGlobals());

  it.each([
    [
      "GET puts the rest into the query",
      "site.list",
      { q: "lee & co", limit: 5 },
      "/api/v1/sites?q=lee+%26+co&limit=5",
    ],
    ["what is not given is left out", "run.list", { siteId: undefined }, "/api/v1/runs"],
    ["a path takes its fields", "runbook.get", { connector: "a/b", name: "c" }, "/api/v1/runbooks/a%2Fb/c"],
  ] as const)("%s", (_what, name, input, url) => {
    expect(requestOf(operations[name], input)).toEqual({ method: "GET", url });
  });

  it("sends what is not in the path as JSON, with the key that keeps a thing from being done twice", async () => {
    const fetched = answering(new Response("{}", { status: 202 }));

    const input = { siteId: id(1), runbook: "home-assistant/health-check", reason: "Sunday check" };
    await api("run.start", input, { idempotencyKey: "k1" });

    const [url, init] = fetched.mock.calls[0] ?? [];
    expect(url).toBe(`/api/v1/sites/${id(1)}/runs`);
    expect(init?.headers).toMatchObject({ "idempotency-key": "k1", "content-type": "application/json" });
    expect(JSON.parse(String(init?.body))).toEqual({ runbook: "home-assistant/health-check", reason: "Sunday check" });
  });

  it("turns a problem into the error it says, with its reference and the fields that are wrong", async () => {
    answering(problem(409, "changed_meanwhile"));

    const error = await api("site.get", { siteId: id(1) }).catch((cause: unknown) => cause);

    expect(error).toBeInstanceOf(CaretakerError);
    expect(error).toMatchObject({
      code: "changed_meanwhile",
      message: "Somebody saved this before you.",
      meta: { requestId: "req-7" },
      fields: [{ path: "name", message: "is empty" }],
    });
  });

  it("says what a status means when the answer is no problem document, such as a proxy's page", async () => {
    answering(new Response("<h1>Bad gateway</h1>", { status: 502 }));

    await expect(api("me.get", {})).rejects.toMatchObject({ code: "internal" });
  });

  it("tells a hub that does not answer from one that says no", async () => {
    answering(new TypeError("network"));

    await expect(api("me.get", {})).rejects.toBeInstanceOf(HubUnreachableError);
  });

  it("gives each line of a stream as it comes, wherever the pieces are cut", async () => {
    const pieces = [
      '{"step":"name","status":"ok","de',
      'tail":"a"}\n{"step":"port",',
      '"status":"failed","detail":"b"}',
    ];
    const body = new ReadableStream({
      start(controller) {
        for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
        controller.close();
      },
    });
    answering(new Response(body));

    const steps: string[] = [];
    for await (const line of apiStream("gateway.test", { siteId: id(1), connector: "x", config: {} })) {
      steps.push(`${line.step} ${line.status}`);
    }

    expect(steps).toEqual(["name ok", "port failed"]);
  });

  it("asks the person for a second factor where one is needed now, and then does it once more", async () => {
    const fetched = answering(problem(403, "fresh_factor_needed"), new Response("{}"));

    const done = withFreshFactor(() => api("gateway.remove", { gatewayId: id(20) }));
    await vi.waitFor(() => expect(factorQuestion.get()).not.toBeNull());
    factorQuestion.get()?.answer(true);
    await done;

    expect(fetched).toHaveBeenCalledTimes(2);
  });

  it("leaves it at the refusal when the person turns away", async () => {
    const fetched = answering(problem(403, "fresh_factor_needed"));

    const refused = withFreshFactor(() => api("gateway.remove", { gatewayId: id(20) }));
    await vi.waitFor(() => expect(factorQuestion.get()).not.toBeNull());
    factorQuestion.get()?.answer(false);

    await expect(refused).rejects.toMatchObject({ code: "fresh_factor_needed" });
    expect(fetched).toHaveBeenCalledTimes(1);
  });
});
