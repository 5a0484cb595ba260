import { type RunId, systemClock } from "@caretaker/protocol";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createAnnouncements } from "../announcements.ts";
import { newId } from "../db/new-id.ts";
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
    const engine = { wake: vi.fn(), take: vi.fn(async () => {}) };
    const hubId = `hub-${open.length}`;
    const log = createLog("error", { write() {} });
    const to = { ...test, databaseUrl: test.url, announcements, clock: systemClock };
    const wakeUps = createWakeUps({ ...to, log, hubId, engine });
    open.push(wakeUps);
    await wakeUps.start();
    return { announcements, hubId, ...engine };
  }

  it("wake each other when a run is due", async () => {
    const one = await openHub();
    const other = await openHub();

    one.announcements.announce({ type: "run.due", runId: "r" as RunId });

    await vi.waitFor(() => expect(other.wake).toHaveBeenCalled(), { timeout: 5000 });
  });

  it("hand a run over to that one of them which is meant", async () => {
    const [one, meant, other] = [await openHub(), await openHub(), await openHub()];
    const runId = newId<RunId>();

    one.announcements.announce({ type: "run.handed", runId, hubId: meant.hubId });

    await vi.waitFor(() => expect(meant.take).toHaveBeenCalledWith(runId), { timeout: 5000 });
    one.announcements.announce({ type: "run.due", runId });
    await vi.waitFor(() => expect(other.wake).toHaveBeenCalled(), { timeout: 5000 });
    expect(other.take).not.toHaveBeenCalled();
    expect(one.take).not.toHaveBeenCalled();
  });
});
