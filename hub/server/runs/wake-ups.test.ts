import { type RunId, systemClock } from "@caretaker/protocol";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createAnnouncements } from "../announcements.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { createLog } from "../log.ts";
import { createWakeUps, type WakeUps } from "./wake-ups.ts";

describe("two hubs on one database", () => {
  let test: TestDatabase;
  const open: WakeUps[] = [];
  beforeEach(async () => {
    test = await testDatabase();
  });
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
    await test?.drop();
  });

  async function openHub() {
    const announcements = createAnnouncements(() => {});
    const wake = vi.fn();
    const log = createLog("error", { write() {} });
    const wakeUps = createWakeUps({ ...test, databaseUrl: test.url, announcements, clock: systemClock, log, wake });
    open.push(wakeUps);
    await wakeUps.start();
    return { announcements, wake };
  }

  it("wake each other when a run is due", async () => {
    const one = await openHub();
    const other = await openHub();

    one.announcements.announce({ type: "run.due", runId: "r" as RunId });

    await vi.waitFor(() => expect(other.wake).toHaveBeenCalled(), { timeout: 5000 });
  });
});
