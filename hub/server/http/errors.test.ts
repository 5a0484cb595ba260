import { gzipSync } from "node:zlib";
import { CaretakerError, OPERATION_NAMES, type OperationName, operations, Problem } from "@caretaker/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Handlers } from "./handler.ts";
import { openTestDoor, type TestBrowser } from "./test-door.ts";
import { initOf, requestFor, VALID_INPUTS } from "./test-operations.ts";
import { sampleOf } from "./test-sample.ts";
import { makeHomes } from "./test-subjects.ts";

/** What must stay inside: a statement, a place on this machine, a line of a stack, a value of somebody else. */
const INSIDE = ["select secret_column", "/srv/caretaker/hub", "at Engine.start", "someone-elses-value", "node_modules"];

let door: Awaited<ReturnType<typeof openTestDoor>>;
let real: Awaited<ReturnType<typeof openTestDoor>>;
let ann: TestBrowser;
let bea: TestBrowser;
let there: Awaited<ReturnType<typeof makeHomes>>["there"];
let fail: () => unknown;

beforeAll(async () => {
  const stubs = OPERATION_NAMES.map((name) => [
    name,
    () => {
      throw fail();
    },
  ]);
  [door, real] = await Promise.all([
    openTestDoor({ others: Object.fromEntries(stubs) as Partial<Handlers> }),
    openTestDoor(),
  ]);
  [ann, bea] = await Promise.all([door.signIn("principal"), real.signIn("principal")]);
  ({ there } = await makeHomes(door.db));
});

afterAll(() => Promise.all([door.close(), real.close()]));

beforeEach(() => {
  door.log.length = 0;
});

function plainError(): Error {
  const error = new Error(`relation "x" does not exist: select secret_column from "person" /srv/caretaker/hub/a.ts`);
  error.stack = `Error: x\n    at Engine.start (/srv/caretaker/hub/server/runs/engine.ts:1:1)`;
  return Object.assign(error, {
    detail: "Key (email)=(someone-elses-value)",
    query: "select secret_column",
    status: 418,
  });
}

const FAILURES: Readonly<Record<string, () => unknown>> = {
  "an Error with a statement, a path and a stack": plainError,
  "a text": () => "select secret_column at /srv/caretaker/hub",
  "nothing at all": () => undefined,
  "an error that says it is the body parser's": () => Object.assign(plainError(), { type: "entity.parse.failed" }),
  "an error of ours with what caused it": () =>
    new CaretakerError("internal", "This could not be done.", { cause: plainError() }),
};

/** Reads an answer as a problem, and checks what holds for each of them. */
async function problemOf(answer: Response): Promise<Problem> {
  const text = await answer.text();
  const problem = Problem.strict().parse(JSON.parse(text));
  expect(answer.headers.get("content-type")).toBe("application/problem+json; charset=utf-8");
  expect(problem.status).toBe(answer.status);
  expect(problem.requestId).toBe(answer.headers.get("x-request-id"));
  for (const inside of INSIDE) expect(text).not.toContain(inside);
  expect(text).not.toMatch(/\n? +at \S+ \(|\.ts:\d|\/home\/|\/work\//);
  return problem;
}

async function problemOfCall(name: OperationName): Promise<Problem> {
  const parts = requestFor(name, there);
  return problemOf(await ann.fetch(`/api/v1${parts.path}`, initOf(parts)));
}

describe.each(Object.entries(FAILURES))("a handler that throws %s", (_, thrown) => {
  it("answers a problem from every operation that tells only where to look in the log", async () => {
    fail = thrown;

    const problems = await Promise.all(OPERATION_NAMES.map(problemOfCall));

    for (const problem of problems) {
      expect(problem).toMatchObject({ status: 500, code: "internal" });
      const lines = door.log.map((line) => JSON.parse(line) as Record<string, unknown>);
      const mine = lines.filter(({ requestId }) => requestId === problem.requestId);
      expect(mine.map(({ message }) => message)).toContain("answered");
      expect(mine.map(({ level }) => level)).toContain("error");
    }
  });
});

describe("a stream that fails", () => {
  it("after its first line is cut off, so that nobody takes it for finished", async () => {
    const line = sampleOf(z.toJSONSchema(operations["gateway.test"].output, { io: "input" }));
    const broken = await openTestDoor({
      others: {
        "gateway.test": async function* () {
          yield line;
          throw new CaretakerError("gateway_lost", "The gateway went away.");
        } as never,
      },
    });
    const homes = await makeHomes(broken.db);
    const tom = await broken.signIn("technician");
    const parts = requestFor("gateway.test", homes.there);

    const answer = tom.fetch(`/api/v1${parts.path}`, initOf(parts)).then((response) => response.text());

    await expect(answer).rejects.toThrow();
    await broken.close();
  });
});

const deep = (levels: number): string => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;
const WRITES = OPERATION_NAMES.filter((name) => !operations[name].path.startsWith("GET"));

describe.each([
  ["that is not JSON", "{nope", 400],
  ["that is a list", "[]", 400],
  ["that is a text", '"text"', 400],
  ["that is null", "null", 400],
  ["with a field called __proto__", '{"__proto__":{"isAdmin":true}}', 400],
  ["that is nested a hundred thousand deep", deep(100_000), 400],
  ["that is larger than the hub takes", `{"name":"${"x".repeat(1_100_000)}"}`, 413],
])("a body %s", (_, body, status) => {
  it("is refused by every operation, and no handler sees it", async () => {
    fail = plainError;

    // All are read by one parser: of the heavy ones, a few are enough.
    for (const name of body.length > 100_000 ? WRITES.slice(0, 3) : WRITES) {
      const { path, method } = requestFor(name, there);
      const problem = await problemOf(
        await ann.fetch(`/api/v1${path}`, { method, body, headers: { "content-type": "application/json" } }),
      );

      expect(problem.status, `${name}: ${problem.detail}`).toBe(status);
      expect({}).not.toHaveProperty("isAdmin");
    }
  });
});

describe("a body", () => {
  it.each([
    ["of a character set we do not read", { "content-type": "application/json; charset=latin1" }, "{}", 415],
    ["of one that nobody reads", { "content-type": "application/json; charset=utf-99" }, "{}", 415],
    ["packed in a way we do not know", { "content-encoding": "compress" }, "{}", 415],
    ["that says it is packed and is not", { "content-encoding": "gzip" }, "{}", 400],
    ["that is small packed and huge unpacked", { "content-encoding": "gzip" }, gzipSync("[".repeat(9_000_000)), 413],
  ] as const)("%s is refused", async (_, headers, body, status) => {
    const answer = await bea.fetch("/api/v1/clients", {
      method: "POST",
      body,
      headers: { "content-type": "application/json", ...headers },
    });

    expect((await problemOf(answer)).status).toBe(status);
  });

  it.each([
    ["the character zero", "a\u0000b"],
    ["half of a character", "a\ud800b"],
  ])("with %s is refused by name, since it could not be kept", async (_, name) => {
    const problem = await problemOf(await bea.post("/api/v1/clients", { name }));

    expect(problem).toMatchObject({ status: 400, fields: [{ path: "name" }] });
  });

  it("with a setting nested too deeply is refused, before anything walks through it", async () => {
    const parts = requestFor("gateway.add", there);
    const body = JSON.stringify({ ...VALID_INPUTS["gateway.add"], siteId: undefined, config: JSON.parse(deep(40)) });

    const problem = await problemOf(
      await ann.fetch(`/api/v1${parts.path}`, initOf({ ...parts, body }, { "idempotency-key": "a-key-of-the-test" })),
    );

    expect(problem).toMatchObject({ status: 400, detail: expect.stringContaining("nested too deeply") });
  });
});

describe("an address", () => {
  it.each([
    "/api/v1/clients?q=%00",
    "/api/v1/clients?limit=9007199254740991",
    "/api/v1/clients?limit=1e400",
    "/api/v1/clients?q=%ff%fe",
    "/api/v1/sites/%00",
    "/api/v1/sites/%ff",
    "/api/v1/sites/..%2f..%2fetc",
    "/api/v1/sites/019aaaaa-0000-7000-8000-000000000001'--",
    "/api/v1/sites?cursor=LTE",
    "/api/v1/sessions?everybody=maybe",
    `/api/v1/invitations/${"a".repeat(32)}`,
    `/api/v1/${"x".repeat(5000)}`,
  ])("that nobody meant is never our failure: %s", async (path) => {
    const answer = await bea.fetch(path);

    if (answer.ok) return;
    const problem = await problemOf(answer);
    expect(problem.status, problem.detail).toBeLessThan(500);
  });

  it.each([
    ["PATCH", `/sites/${"019aaaaa-0000-7000-8000-000000000001"}`, { version: 9_007_199_254_740_991 }],
    ["DELETE", "/sessions/%00", {}],
    ["DELETE", `/sessions/${"x".repeat(65)}`, {}],
    ["DELETE", "/people", {}],
  ] as const)("of a change that nobody meant neither: %s %s", async (method, path, body) => {
    const answer = await bea.fetch(`/api/v1${path}`, initOf({ method, path, body: JSON.stringify(body) }));

    expect((await problemOf(answer)).status).toBeLessThan(500);
  });
});
