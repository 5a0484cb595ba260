import { CAPABILITIES } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { LiveEntity } from "../home/entity.ts";
import { LastSaid } from "../home/last-said.ts";
import { BackupInfo, Issue, LogRow, rowsOf } from "../schema.ts";
import { captured } from "../test-helpers.ts";
import { backupOf, errorsOf, lastSeenOf, percentOf, repairsOf, updatesOf } from "./health.ts";

const NOW = new Date("2026-11-23T12:00:00.000Z");
const fail = (): never => {
  throw new Error("A row was not understood");
};

describe.each(["newest", "2024.3"] as const)("what a real home of %s says of its health", (version) => {
  it("is understood: repairs", () => {
    const issues = rowsOf(Issue, captured<{ issues: unknown[] }>(version, "repairs").issues, fail);

    const told = repairsOf(issues, { "component.kitchen_sink.issues.cold_tea.title": "The tea is cold" });

    expect(CAPABILITIES["repairs.list"].output.parse(told)).toEqual(told);
    expect(told.repairs.map(({ title }) => title)).toContain("kitchen_sink: transmogrifier deprecated");
  });

  it("is understood: the log, whole and of one integration", () => {
    const rows = rowsOf(LogRow, captured(version, "system_log"), fail);

    const all = errorsOf(rows, undefined);
    const own = errorsOf(rows, "caretaker_test");

    expect(CAPABILITIES["log.errors"].output.parse(all)).toEqual(all);
    expect(own.entries).toContainEqual(
      expect.objectContaining({ level: "error", count: 3, message: "Socket timeout on 192.0.2.10" }),
    );
    expect(own.entries.length).toBeLessThan(all.entries.length);
  });

  it("is understood: backups", () => {
    const told = backupOf(BackupInfo.parse(captured(version, "backup_info")), NOW);

    expect(CAPABILITIES["backup.info"].output.parse(told)).toEqual(told);
  });
});

describe("the log", () => {
  const row = (name: string) => LogRow.parse({ name, level: "ERROR", message: ["m"], count: 1, timestamp: 1 });

  it.each([
    ["homeassistant.components.hue", true],
    ["homeassistant.components.hue.light", true],
    ["custom_components.hue", true],
    ["homeassistant.components.huemagic", false],
    ["aiohue", false],
  ])("of %s belongs to hue: %s", (name, belongs) => {
    expect(errorsOf([row(name)], "hue").errors).toBe(belongs ? 1 : 0);
  });
});

describe("a repair's title", () => {
  const issue = (more: object) =>
    Issue.parse({ domain: "hue", issue_id: "old_bridge", translation_key: "old_bridge", ...more });

  it.each([
    [
      { translation_placeholders: { name: "Hall" } },
      { "component.hue.issues.old_bridge.title": "{name} is old {x}" },
      "Hall is old {x}",
    ],
    [{}, {}, "hue: old bridge"],
    [{ translation_key: null }, {}, "hue: old bridge"],
  ])("with %j is %j in words: %s", (more, texts, title) => {
    expect(repairsOf([issue(more)], texts).repairs[0]?.title).toBe(title);
  });

  it("is not told of what somebody chose to ignore", () => {
    expect(repairsOf([issue({ ignored: true })], {})).toEqual({ repairs: [], open: 0 });
  });
});

describe("backups", () => {
  it.each([
    ["none at all", { backups: [] }, { lastCompletedAt: null, ageHours: null, failed: false, backups: 0 }],
    [
      "an old version, whose list is all there is",
      { backups: [{ date: "2026-11-20T12:00:00+00:00" }, { date: "2026-11-22T12:00:00+00:00" }] },
      { lastCompletedAt: "2026-11-22T12:00:00.000Z", ageHours: 24, failed: false, backups: 2 },
    ],
    [
      "the last one went well",
      {
        last_completed_automatic_backup: "2026-11-23T03:00:00+01:00",
        last_attempted_automatic_backup: "2026-11-23T03:00:00+01:00",
      },
      { ageHours: 10, failed: false },
    ],
    [
      "the last one failed",
      {
        last_completed_automatic_backup: "2026-11-20T12:00:00Z",
        last_attempted_automatic_backup: "2026-11-23T11:00:00Z",
      },
      { ageHours: 72, failed: true },
    ],
    [
      "never one that went well",
      { last_completed_automatic_backup: null, last_attempted_automatic_backup: "2026-11-23T11:00:00Z" },
      { ageHours: null, failed: true },
    ],
    [
      "a place that could not be reached",
      { backups: [{ date: "2026-11-23T11:00:00Z" }], agent_errors: { cloud: "x" } },
      { ageHours: 1, failed: true },
    ],
    ["a clock that runs ahead", { backups: [{ date: "2026-11-24T12:00:00Z" }] }, { ageHours: 0, failed: false }],
    ["nonsense", { backups: [{ date: "soon" }] }, { lastCompletedAt: null, ageHours: null, failed: false, backups: 1 }],
  ])("%s", (_what, info, expected) => {
    expect(backupOf(BackupInfo.parse(info), NOW)).toMatchObject(expected);
  });
});

const newEntity = (id: string) => new LiveEntity(id, id, new LastSaid());

describe("a device's own signs", () => {
  const sensor = (id: string, deviceClass: string, state: string) =>
    Object.assign(newEntity(id), { deviceClass, state });

  it.each([
    [["87"], 87],
    [["87", "12.5"], 12.5],
    [["unavailable", "40"], 40],
    [["unknown"], null],
    [["250"], null],
    [[], null],
  ])("batteries at %j are %s percent", (states, percent) => {
    expect(percentOf(states.map((state, index) => sensor(`sensor.b${index}`, "battery", state)))).toBe(percent);
  });

  it("it was last seen when its own sensor says so", () => {
    const seen = sensor("sensor.motion_last_seen", "timestamp", "2026-11-23T10:00:00+01:00");

    expect(lastSeenOf([sensor("sensor.next_alarm", "timestamp", "2027-01-01T00:00:00Z"), seen])).toBe(
      "2026-11-23T09:00:00.000Z",
    );
    seen.state = "unavailable";
    expect(lastSeenOf([seen])).toBeNull();
  });
});

describe("updates", () => {
  it("are those that wait, with Core told apart", () => {
    const update = (id: string, state: string, attributes: Record<string, string | null>) =>
      Object.assign(newEntity(id), { state, attributes, name: "Hall bridge Firmware" });

    expect(
      updatesOf([
        update("update.core", "on", {
          title: "Home Assistant Core",
          installed_version: "2026.10.1",
          latest_version: "2026.11.0",
        }),
        update("update.bridge", "on", { title: null, installed_version: "1.2.0", latest_version: "1.3.0" }),
        update("update.done", "off", {}),
        newEntity("light.on"),
      ]),
    ).toEqual({
      updates: [
        { key: "update.core", name: "Home Assistant Core", installed: "2026.10.1", latest: "2026.11.0", isCore: true },
        { key: "update.bridge", name: "Hall bridge Firmware", installed: "1.2.0", latest: "1.3.0", isCore: false },
      ],
      waiting: 2,
    });
  });
});
