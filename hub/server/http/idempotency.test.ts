import { createHash } from "node:crypto";
import {
  type ApiKeyId,
  CaretakerError,
  type OperationOutput,
  type OperationRequest,
  operations,
  type RunId,
} from "@caretaker/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { newId } from "../db/new-id.ts";
import { canonicalJson } from "../ledger/canonical.ts";
import { KEY_PREFIX } from "../people/keys.ts";
import { hashToken, newToken } from "../people/token.ts";
import { openTestDoor } from "./test-door.ts";
import { initOf, requestFor, VALID_INPUTS } from "./test-operations.ts";
import { sampleOf } from "./test-sample.ts";
import { makeHomes } from "./test-subjects.ts";

type Work = (request: OperationRequest<"run.start">) => Promise<OperationOutput<"run.start">>;

let door: Awaited<ReturnType<typeof openTestDoor>>;
let there: Awaited<ReturnType<typeof makeHomes>>["there"];
let ops: string;
let night: string;
let calls = 0;
let work: Work;

beforeAll(async () => {
  door = await openTestDoor({
    others: {
      "run.start": (request) => {
        calls += 1;
        return work(request);
      },
    },
  });
  ({ there } = await makeHomes(door.db));
  [ops, night] = await Promise.all([makeKey("Ops"), makeKey("Night watch")]);
});

beforeEach(() => {
  calls = 0;
  work = started;
});

afterAll(() => door.close());

const RUN = z.toJSONSchema(operations["run.start"].output, { io: "input", unrepresentable: "any" });
const started: Work = async () => ({ ...(sampleOf(RUN) as OperationOutput<"run.start">), id: newId<RunId>() });

async function makeKey(name: string): Promise<string> {
  const key = `${KEY_PREFIX}${newToken()}`;
  await door.db
    .insertInto("apiKey")
    .values({
      id: newId<ApiKeyId>(),
      name,
      role: "technician",
      prefix: key.slice(0, 10),
      hash: hashToken(key),
      createdBy: "test",
      createdById: null,
      createdAt: new Date(),
      expiresAt: new Date(Date.now() + 600_000),
    })
    .execute();
  return key;
}

const HOUR = 3_600_000;
/** As if what is kept had been called that long ago. */
async function age(milliseconds: number): Promise<void> {
  await door.db
    .updateTable("idempotency")
    .set({ createdAt: new Date(Date.now() - milliseconds) })
    .execute();
}

let count = 0;
const newKey = () => `key-of-the-test-${count++}`;

async function start(idempotencyKey: string | undefined, { by = ops, reason = "Lights do not answer" } = {}) {
  const parts = requestFor("run.start", there, { reason });
  const headers = {
    authorization: `Bearer ${by}`,
    ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
  };
  const answer = await fetch(`${door.url}/api/v1${parts.path}`, initOf(parts, headers));
  return { ...((await answer.json()) as { id?: string; code?: string; detail?: string }), status: answer.status };
}

describe("a call with an Idempotency-Key", () => {
  it("answers the same again and does nothing twice", async () => {
    const key = newKey();

    const first = await start(key);
    const second = await start(key);

    expect(first.status).toBe(202);
    expect(second).toEqual(first);
    expect(calls).toBe(1);
  });

  it("is done once when many come at the same moment: the others wait their turn or get its answer", async () => {
    const key = newKey();

    const answers = await Promise.all(Array.from({ length: 8 }, () => start(key)));

    const done = answers.filter(({ status }) => status === 202);
    expect(calls).toBe(1);
    expect(new Set(done.map(({ id }) => id)).size).toBe(1);
    expect(answers.every(({ status, code }) => status === 202 || code === "conflict")).toBe(true);
  });

  it("says that the first is still at work rather than doing it beside it", async () => {
    const key = newKey();
    let finish = () => {};
    const isAtWork = new Promise<void>((begun) => {
      work = async (request) => {
        begun();
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        return started(request);
      };
    });

    const first = start(key);
    await isAtWork;
    const meanwhile = await start(key);
    finish();

    expect(meanwhile).toMatchObject({
      status: 409,
      code: "conflict",
      detail: expect.stringContaining("still at work"),
    });
    expect(await start(key)).toMatchObject({ id: (await first).id });
    expect(calls).toBe(1);
  });

  it("is a conflict for another input", async () => {
    const key = newKey();
    await start(key);

    expect(await start(key, { reason: "Heating is off" })).toMatchObject({ status: 409, code: "conflict" });
    expect(calls).toBe(1);
  });

  it("may be tried again when the first failed", async () => {
    const key = newKey();
    work = () => Promise.reject(new CaretakerError("run_in_progress", "Another run is at work there."));
    const failed = await start(key);
    work = started;

    expect(failed.code).toBe("run_in_progress");
    expect((await start(key)).status).toBe(202);
    expect(calls).toBe(2);
  });

  it("does not meet the same key of somebody else", async () => {
    const key = newKey();

    const [mine, theirs] = [await start(key), await start(key, { by: night })];

    expect([mine.status, theirs.status]).toEqual([202, 202]);
    expect(theirs.id).not.toBe(mine.id);
    expect(calls).toBe(2);
  });

  it.each(["short", "x".repeat(201), "with a space in it", "with-ümlaut-in"])(
    "is refused with the key %j",
    async (key) => {
      expect(await start(key)).toMatchObject({ status: 400, code: "invalid_input" });
      expect(calls).toBe(0);
    },
  );

  it("is refused to a stranger before its key is looked at", async () => {
    const key = newKey();
    await start(key);

    expect((await start(key, { by: "ctk_nobodys" })).status).toBe(401);
  });

  it("counts for a day", async () => {
    const key = newKey();
    await start(key);
    await age(23 * HOUR);
    await start(key);
    expect(calls).toBe(1);

    await age(25 * HOUR);
    await start(key);

    expect(calls).toBe(2);
  });

  it("that was cut off in the middle is not done again by itself, and says what to do", async () => {
    const key = newKey();
    await start(key);
    await door.db.updateTable("idempotency").set({ status: null, answer: null }).execute();
    await age(11 * 60_000);

    expect(await start(key)).toMatchObject({
      code: "conflict",
      detail: expect.stringContaining("Look whether it was done"),
    });
    expect(calls).toBe(1);
  });

  it("leaves neither the key nor anything of its input behind that words could be tried against", async () => {
    const key = newKey();
    await start(key);

    const kept = await door.db.selectFrom("idempotency").select(["key", "inputHash"]).execute();

    expect(JSON.stringify(kept)).not.toContain(key);
    const given = { ...VALID_INPUTS["run.start"], siteId: there.siteId, reason: "Lights do not answer" };
    const input = canonicalJson(operations["run.start"].input.parse(given));
    const plain = createHash("sha256").update(input).digest("hex");
    expect(kept.map(({ inputHash }) => inputHash)).not.toContain(plain);
  });
});

describe("a call without one", () => {
  it("is done each time", async () => {
    await start(undefined);
    await start(undefined);

    expect(calls).toBe(2);
  });
});
