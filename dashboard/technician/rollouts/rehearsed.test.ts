import type { RolloutHome } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { id } from "../../test-helpers.tsx";
import { rehearsedHome, saidOf } from "./rehearsed.ts";

type Permission = RolloutHome["would"][number]["permission"];

const home = (outcome: "healthy" | "fixed" | "unclear" | null, ...permissions: Permission[]): RolloutHome => ({
  siteId: id(1),
  siteName: "Lee house",
  gatewayId: null,
  inputs: {},
  wave: 1,
  status: "started",
  why: null,
  run: { id: id(2), number: 12, status: outcome === null ? "running" : "finished", outcome, note: null },
  would: permissions.map((permission) => ({
    capability: "integration.reload",
    targetName: "Hue bridge",
    felt: null,
    scope: "fix",
    permission,
    permissionWords: permission === "later" ? "2026-11-28T07:00:00.000Z" : "Mrs Lee",
  })),
});

describe("what a rehearsal came to in a home", () => {
  it.each<[string, RolloutHome, string, boolean]>([
    ["would be mended where all is allowed for good", home("fixed", "standing"), "would", true],
    ["would be mended later in its quiet hours", home("fixed", "later"), "would", true],
    ["asks somebody first where one of its fixes does", home("fixed", "standing", "asked"), "asked", true],
    ["would not be mended where something stands against one", home("fixed", "asked", "refused"), "not", false],
    ["has nothing to mend where its checks passed", home("healthy"), "well", false],
    ["would not be mended where the checks could not tell", home("unclear"), "not", false],
    ["is being looked at as long as its run goes on", home(null), "open", false],
    ["is left out where it could not begin", { ...home(null), status: "skipped", run: null }, "notDone", false],
  ])("%s", (_, given, came, isNeeded) => {
    expect(rehearsedHome(given)).toBe(came);
    expect(saidOf([given]).get(given.siteId)?.isNeeded).toBe(isNeeded);
  });

  it("is said fix by fix, with who would be asked", () => {
    expect(saidOf([home("fixed", "asked")]).get(id(1))?.words).toBe(
      "Restart the integration, Hue bridge. Mrs Lee would be asked first.",
    );
  });
});
