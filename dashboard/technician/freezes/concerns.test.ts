import type { Freeze, FreezeKind, Person } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { AT, id } from "../../test-helpers.tsx";
import { freezesOfRun, freezesOfSite, isAloneIn } from "./concerns.ts";

const freeze = (kind: FreezeKind, subject: string): Freeze => ({
  kind,
  subject,
  name: subject,
  reason: "Locks open by themselves",
  frozenBy: "Robin",
  frozenAt: AT,
});

const all = [
  freeze("firm", "firm"),
  freeze("site", id(1)),
  freeze("site", id(2)),
  freeze("connector", "home-assistant"),
  freeze("connector", "openhab"),
  freeze("runbook", "home-assistant/dead-bridge"),
  freeze("runbook", "home-assistant/health-check"),
  freeze("person", id(70)),
  freeze("person", id(71)),
];
const shown = (freezes: readonly Freeze[]): string[] => freezes.map(({ kind, subject }) => `${kind} ${subject}`);

const run = {
  siteId: id<never>(1),
  runbook: "home-assistant/dead-bridge" as never,
  startedById: id<never>(70),
  connector: "home-assistant",
  finishedAt: null,
};

const person = (number: number, role: Person["role"], disabledAt: string | null = null): Person => ({
  id: id(number),
  name: "Robin",
  email: "robin@example.com",
  role,
  hasSecondFactor: true,
  disabledAt,
  createdAt: AT,
  lastSeenAt: AT,
});

describe("a freeze on the pages that it concerns", () => {
  it("is shown at a home where it stops every act, not where it stops one runbook or one person", () => {
    expect(shown(freezesOfSite(all, { siteId: id(1), connectors: ["home-assistant"] }))).toEqual([
      "firm firm",
      `site ${id(1)}`,
      "connector home-assistant",
    ]);
  });

  it("is shown at the runs whose acts it stops", () => {
    expect(shown(freezesOfRun(all, run))).toEqual([
      "firm firm",
      `site ${id(1)}`,
      "connector home-assistant",
      "runbook home-assistant/dead-bridge",
      `person ${id(70)}`,
    ]);
  });

  it("is not shown at a run that was over before it was set", () => {
    const before = new Date(Date.parse(AT) - 1000).toISOString();

    expect(freezesOfRun(all, { ...run, finishedAt: before })).toEqual([]);
    expect(freezesOfRun(all, { ...run, finishedAt: AT })).toHaveLength(5);
  });
});

describe("a firm of one", () => {
  it("has one person who may be the second, and that is who looks", () => {
    const team = [person(70, "principal"), person(71, "technician"), person(72, "senior", AT)];

    expect(isAloneIn(team, { id: id(70) })).toBe(true);
    expect(isAloneIn(team, { id: id(71) })).toBe(false);
    expect(isAloneIn([...team, person(73, "senior")], { id: id(70) })).toBe(false);
  });
});
