import { OPERATION_NAMES, operations } from "@caretaker/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestDoor } from "./test-door.ts";
import { requestFor } from "./test-operations.ts";

let door: Awaited<ReturnType<typeof openTestDoor>>;

beforeAll(async () => {
  door = await openTestDoor();
});

afterAll(() => door.close());

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** Each path of the registry, whatever its fields are called, with what may be said there. */
const byPath = Map.groupBy(OPERATION_NAMES, (name) =>
  (operations[name].path.split(" ")[1] ?? "").replace(/\{\w+\}/g, "{}"),
);

describe("a method that is not said at a path", () => {
  it.each([...byPath])("%s is refused with those that are", async (_path, names) => {
    const allowed = names.map((name) => requestFor(name).method);
    const address = `${door.url}/api/v1${requestFor(names[0]!).path.split("?")[0]}`;
    for (const method of METHODS.filter((one) => !allowed.includes(one))) {
      const answer = await fetch(address, { method });

      expect([method, answer.status, answer.headers.get("allow")]).toEqual([method, 405, allowed.join(", ")]);
      expect(await answer.json()).toMatchObject({ code: "method_not_allowed" });
    }
  });
});

describe("a hub that is stopping", () => {
  it("tells everybody to come back, and whoever watches it that it is not ready", async () => {
    const stopping = await openTestDoor();
    stopping.http.drain();

    const answers = await Promise.all(
      ["/api/v1/setup", "/api/auth/sign-in/email"].map((path) => fetch(`${stopping.url}${path}`)),
    );
    const ready = await fetch(`${stopping.url}/readyz`);
    const alive = await fetch(`${stopping.url}/healthz`);
    await stopping.close();

    for (const answer of answers) {
      expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
      expect(await answer.json()).toMatchObject({ code: "shutting_down" });
    }
    expect([ready.status, alive.status]).toEqual([503, 200]);
    expect(await ready.json()).toMatchObject({ ready: false, checks: { serving: "the hub is stopping" } });
  });
});
