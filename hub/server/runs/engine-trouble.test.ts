import { CaretakerError } from "@caretaker/protocol";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { Engine } from "./engine.ts";
import { createTestRuns, type TestRuns, testLibrary } from "./test-helpers.ts";

let database: TestDatabase;
let test: TestRuns;

beforeEach(async () => {
  database = await testDatabase();
  test = createTestRuns(database.db, testLibrary([]));
});

afterEach(async () => {
  await test.close();
  await database.drop();
});

it("says for how long runs could not be looked for, and nothing once they can be again", async () => {
  let isAway = false;
  const now = async (): Promise<Date> => {
    if (isAway) throw new CaretakerError("database_unavailable", "The database does not answer.");
    return test.clock.now();
  };
  const engine = new Engine({ ...test.deps, now });
  const forward = async (seconds: number): Promise<void> => {
    await test.clock.forward(seconds * 1000);
    // A look ends by waiting for the next.
    await vi.waitFor(() => expect(test.clock.pending()).toBe(1));
  };
  expect(engine.trouble()).toBe("does not look for runs");
  engine.start();
  await forward(10);
  expect(engine.trouble()).toBeNull();

  isAway = true;
  for (let seconds = 0; seconds < 40; seconds += 5) await forward(5);
  expect(engine.trouble()).toMatch(/^could not look for runs for (3|4)\d s$/);

  isAway = false;
  await forward(5);
  expect(engine.trouble()).toBeNull();
  await engine.close();
  expect(engine.trouble()).toBe("does not look for runs");
});
