import { OPERATION_NAMES, type OperationName, operations } from "@caretaker/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Handlers } from "./handler.ts";
import { openTestDoor, type TestBrowser } from "./test-door.ts";
import { initOf, requestFor, VALID_INPUTS } from "./test-operations.ts";
import { sampleOf } from "./test-sample.ts";
import { makeHomes } from "./test-subjects.ts";

const CANARY = "canary-7f3b";
let door: Awaited<ReturnType<typeof openTestDoor>>;
let ann: TestBrowser;
let there: Awaited<ReturnType<typeof makeHomes>>["there"];
const reached = new Set<OperationName>();

beforeAll(async () => {
  const stubs = OPERATION_NAMES.map((name) => [name, () => answer(name)]);
  door = await openTestDoor({ others: Object.fromEntries(stubs) as Partial<Handlers> });
  ann = await door.signIn("principal");
  ({ there } = await makeHomes(door.db));
});

afterAll(() => door.close());

/** An answer of the operation's own shape, with a field too many in each of its objects. */
function answer(name: OperationName): unknown {
  reached.add(name);
  const shape = z.toJSONSchema(operations[name].output, { io: "input", unrepresentable: "any" });
  const sample = sampleOf(shape, { secret: CANARY });
  return "stream" in operations[name] ? lines(sample) : Promise.resolve(sample);
}

async function* lines(line: unknown) {
  yield line;
}

async function refused(name: OperationName, more: Record<string, unknown>): Promise<Record<string, unknown>> {
  const parts = requestFor(name, there, more);
  const response = await ann.fetch(`/api/v1${parts.path}`, initOf(parts));
  return (await response.json()) as Record<string, unknown>;
}

describe("the fields of a request", () => {
  it.each(OPERATION_NAMES)(
    "%s: one that it does not know is refused by name, and no handler is asked",
    async (name) => {
      reached.clear();
      const [known] = Object.keys(operations[name].input.shape);
      const unknown = `${known ?? "any"}x`;

      const problem = await refused(name, { [unknown]: "x" });

      const message = expect.stringContaining(known === undefined ? "is not a field" : "Did you mean ");
      expect(problem).toMatchObject({ status: 400, code: "invalid_input", fields: [{ path: unknown, message }] });
      expect(reached.size).toBe(0);
    },
  );

  it("suggests the nearest name that there is", async () => {
    expect(await refused("site.update", { nmae: "Canal house" })).toMatchObject({
      fields: [{ path: "nmae", message: "is not a field of this. Did you mean name?" }],
    });
  });

  it("are named where they stand, however deep, and every mistake at once", async () => {
    const problem = await refused("site.create", {
      timeZone: "Mars/Olympus",
      contacts: [{ name: "Ann", role: "owner", phoen: "1" }],
      consent: { scopes: ["reach"], evidence: "contract", givenBy: "Ann", by: "Ann" },
    });

    expect((problem.fields as { path: string }[]).map(({ path }) => path).sort()).toEqual([
      "consent.by",
      "contacts.0.phoen",
      "timeZone",
    ]);
  });

  it("may stand in the address only when that is where they belong", async () => {
    const twice = await ann.post(`/api/v1/sites/${there.siteId}/contacts`, {
      ...VALID_INPUTS["contact.add"],
      siteId: there.siteId,
    });
    const inQuery = await ann.fetch(`/api/v1/sites/${there.siteId}?siteId=${there.siteId}`);

    expect(await twice.json()).toMatchObject({ code: "invalid_input", fields: [{ path: "siteId" }] });
    expect(await inQuery.json()).toMatchObject({ code: "invalid_input", fields: [{ path: "siteId" }] });
  });

  it("said twice in a query are refused, not chosen from", async () => {
    expect((await ann.fetch("/api/v1/clients?q=a&q=b")).status).toBe(400);
  });

  it("of an object's own making change nothing of every object", async () => {
    const response = await ann.fetch("/api/v1/clients", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"name":"Ann","__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
    });

    expect(await response.json()).toMatchObject({
      code: "invalid_input",
      fields: [{ path: "__proto__" }, { path: "constructor" }],
    });
    expect({}).not.toHaveProperty("polluted");
  });
});

describe("the fields of an answer", () => {
  it.each(OPERATION_NAMES)("%s: one that is not in its schema never leaves", async (name) => {
    reached.clear();
    const parts = requestFor(name, there);

    const response = await ann.fetch(`/api/v1${parts.path}`, initOf(parts));
    const text = await response.text();

    expect([...reached]).toEqual([name]);
    expect(response.status, text).toBe("status" in operations[name] ? operations[name].status : 200);
    expect(text).not.toContain(CANARY);
  });

  it("that does not have its own shape is our mistake, and nothing of it leaves", async () => {
    const other = await openTestDoor({
      others: { "setup.state": () => Promise.resolve({ isSetUp: CANARY } as never) },
    });

    const response = await other.browser().fetch("/api/v1/setup");
    const text = await response.text();
    await other.close();

    expect(response.status).toBe(500);
    expect(text).not.toContain(CANARY);
  });
});
