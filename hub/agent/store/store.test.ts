import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestClock } from "@caretaker/kit";
import { afterEach, describe, expect, it } from "vitest";
import { HomeGuard } from "../guard/home-guard.ts";
import {
  allow,
  buildAct,
  buildProposedAct,
  buildQuestion,
  CATALOGUE,
  GATEWAY,
  INVENTORY,
  openTestHome,
  type TestHome,
} from "../guard/test-helpers.ts";
import { Store } from "./store.ts";

const folders: string[] = [];
const homes: TestHome[] = [];
afterEach(async () => {
  for (const home of homes.splice(0)) await home.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function openHome(): Promise<TestHome> {
  const home = await openTestHome();
  homes.push(home);
  return home;
}

/** The home as it would be found after the machine went down now. */
function snapshotOf(home: TestHome): string {
  const folder = mkdtempSync(join(tmpdir(), "caretaker-agent-"));
  folders.push(folder);
  cpSync(home.folder, folder, { recursive: true });
  return folder;
}

async function guardIn(folder: string): Promise<{ store: Store; guard: HomeGuard }> {
  const clock = createTestClock();
  const store = await Store.open(folder, clock);
  const log = { debug: () => {}, info: () => {}, warn: () => {} };
  const rules = { ownPort: 8099, mayReachOwnMachine: false };
  const guard = new HomeGuard({
    store,
    clock,
    log,
    rules,
    declarationOf: (_id, capability) => CATALOGUE[capability] ?? null,
  });
  // As each session says it when it opens: until then nobody knows what is private, and it is taken to be.
  if (store.home.confirmedAt !== null) guard.filter(GATEWAY, { type: "inventory", inventory: INVENTORY });
  return { store, guard };
}

describe("what the agent keeps", () => {
  it("is read by whoever runs it and nobody else", async () => {
    const { folder } = await openHome();

    for (const name of ["key.json", "home.json", "acts.jsonl", "journal.jsonl"])
      expect(statSync(join(folder, name)).mode & 0o077).toBe(0);
  });

  it("keeps the key and the pairing over a restart", async () => {
    const home = await openHome();

    const { store } = await guardIn(snapshotOf(home));

    expect(store.key).toEqual(home.store.key);
    expect(store.home).toEqual(home.store.home);
    await store.close();
  });

  it("has the id of an act on the disk before the act is permitted: a crash between both does it no second time", async () => {
    const home = await openHome();
    const requestId = allow(home, buildQuestion(home, [buildProposedAct({ tries: 2 })]));
    const act = buildAct(home, { requestId });
    await home.guard.permitAct(act);

    const { store, guard } = await guardIn(snapshotOf(home));

    await expect(guard.permitAct(act)).rejects.toMatchObject({ code: "already_done" });
    await expect(guard.permitAct(buildAct({ store }, { requestId }))).resolves.toBeUndefined();
    await expect(guard.permitAct(buildAct({ store }, { requestId }))).rejects.toMatchObject({
      code: "consent_missing",
    });
    await store.close();
  });

  it.each(["home.json", "key.json", "acts.jsonl"])(
    "does not begin without %s, where a home was paired",
    async (name) => {
      const home = await openHome();
      const folder = snapshotOf(home);
      rmSync(join(folder, name));

      if (name === "home.json") {
        // Nothing is paired then, so nothing is permitted.
        const { store, guard } = await guardIn(folder);
        await expect(guard.permitAct(buildAct({ store }))).rejects.toMatchObject({ code: "not_allowed" });
        await store.close();
      } else
        await expect(Store.open(folder, createTestClock())).rejects.toMatchObject({ code: "data_directory_unusable" });
    },
  );
});

describe("a write that was cut off", () => {
  it("at any byte of an act's line leaves the acts before it, and that act was never permitted", async () => {
    const home = await openHome();
    const requestId = allow(home, buildQuestion(home, [buildProposedAct({ tries: 9 })]));
    const first = buildAct(home, { requestId });
    await home.guard.permitAct(first);
    const before = statSync(join(home.folder, "acts.jsonl")).size;
    await home.guard.permitAct(buildAct(home, { requestId }));
    const folder = snapshotOf(home);
    const whole = readFileSync(join(folder, "acts.jsonl"));
    expect(whole.length).toBeGreaterThan(before + 100);

    for (let length = before; length < whole.length; length += 1) {
      writeFileSync(join(folder, "acts.jsonl"), whole.subarray(0, length));
      const { store, guard } = await guardIn(folder);
      expect(store.actsBefore).toHaveLength(1);
      await expect(guard.permitAct(first)).rejects.toMatchObject({ code: "already_done" });
      await store.close();
      // What comes after stands on a line of its own.
      expect(statSync(join(folder, "acts.jsonl")).size).toBe(before);
    }
  });

  it("at any byte of the home's file leaves the file before it, or says that it is damaged", async () => {
    const home = await openHome();
    home.guard.stop("agent_page");
    const folder = snapshotOf(home);
    const whole = readFileSync(join(folder, "home.json"));

    for (let length = 0; length < whole.length; length += 1) {
      // As it is written: beside the old one, which stands until the new one is whole.
      writeFileSync(join(folder, "home.json.new"), whole.subarray(0, length));
      if (length % 25 === 0) {
        const { store, guard } = await guardIn(folder);
        expect(guard.policy().stoppedAt).not.toBeNull();
        await store.close();
      }
      // And as no rename leaves it, but a bad disk may; only the last line break is not missed.
      writeFileSync(join(folder, "home.json"), whole.subarray(0, length));
      if (length < whole.length - 1)
        await expect(Store.open(folder, createTestClock())).rejects.toMatchObject({
          code: "data_directory_unusable",
          message: expect.stringContaining("home.json"),
        });
      writeFileSync(join(folder, "home.json"), whole);
    }
  });

  it("at any byte of the key says so, and makes no other one", async () => {
    const home = await openHome();
    const folder = snapshotOf(home);
    const whole = readFileSync(join(folder, "key.json"));

    for (let length = 0; length < whole.length - 1; length += 1) {
      writeFileSync(join(folder, "key.json"), whole.subarray(0, length));
      await expect(Store.open(folder, createTestClock())).rejects.toMatchObject({ code: "data_directory_unusable" });
    }
  });

  it("in the midst of the acts says which line, and permits nothing", async () => {
    const home = await openHome();
    const requestId = allow(home, buildQuestion(home, [buildProposedAct({ tries: 9 })]));
    await home.guard.permitAct(buildAct(home, { requestId }));
    await home.guard.permitAct(buildAct(home, { requestId }));
    const folder = snapshotOf(home);
    const text = readFileSync(join(folder, "acts.jsonl"), "utf8");
    writeFileSync(join(folder, "acts.jsonl"), text.replace('"kind":"begun"', '"kind":"bxgun"'));

    await expect(Store.open(folder, createTestClock())).rejects.toMatchObject({
      code: "data_directory_unusable",
      message: expect.stringContaining("acts.jsonl, line 1"),
    });
  });
});

describe("the list of what was done", () => {
  it("is shortened when the agent starts, and what could still come again is kept", async () => {
    const home = await openHome();
    const act = {
      gatewayId: GATEWAY,
      capability: "clock.sync",
      input: "{}",
      purpose: "do",
      requestId: null,
      settle: null,
    };
    const old = new Date(home.store.time.now() - 30 * 3_600_000).toISOString();
    const fresh = new Date(home.store.time.now()).toISOString();
    const line = (id: string, at: string) => JSON.stringify({ kind: "begun", id, at, expiresAt: at, ...act });
    const folder = snapshotOf(home);
    const lines = [...Array.from({ length: 2500 }, (_, number) => line(`old-${number}`, old)), line("fresh", fresh)];
    writeFileSync(join(folder, "acts.jsonl"), `${lines.join("\n")}\n`);

    const { store, guard } = await guardIn(folder);
    const again = guard.permitAct(buildAct(home, { attemptId: "fresh", capability: "clock.sync", input: {} }));
    await expect(again).rejects.toMatchObject({ code: "already_done" });
    await store.close();

    expect(readFileSync(join(folder, "acts.jsonl"), "utf8").trim().split("\n")).toEqual([line("fresh", fresh)]);
  });
});
