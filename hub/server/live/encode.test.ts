import { type EntityChange, SiteDelta, systemClock } from "@caretaker/protocol";
import { beforeEach, describe, expect, it } from "vitest";
import { newId } from "../db/new-id.ts";
import { TOUCHED } from "../state/records.ts";
import { StateStore } from "../state/store.ts";
import { addHome, type TestHome } from "../state/test-homes.ts";
import { encodeSiteDelta, headOf } from "./encode.ts";

let home: TestHome;

beforeEach(() => {
  home = addHome(new StateStore({ clock: systemClock }), { entities: 1 });
  home.site.changes.clear();
});

/** What a watcher reads of one entity whose given fields changed. */
function told(fields: { state?: string | null; since?: number; reportedAt?: number }): EntityChange {
  const [entity] = [...home.gateway.byKey.values()];
  if (entity === undefined) throw new Error("The home has no entity");
  Object.assign(entity, fields);
  entity.touched = 0;
  for (const name of Object.keys(fields) as (keyof typeof fields)[]) entity.touched |= TOUCHED[name];
  home.site.changes.entities.push(entity);
  const text = encodeSiteDelta(home.site, headOf(home.site, newId()), 7);
  home.site.changes.clear();
  const delta = SiteDelta.parse(JSON.parse(text));
  expect(delta).toMatchObject({ siteId: home.site.facts.id, number: 7 });
  return delta.entities?.[0] as EntityChange;
}

describe("a site's delta", () => {
  it.each([
    "on",
    "",
    "21.5",
    'say "hello"',
    "back\\slash",
    "two\nlines",
    "21 °C",
    "\u2028",
    "\ud800",
    "\u007f",
    "x".repeat(24),
    `${"x".repeat(24)}"`,
  ])("says the state %j as it is", (state) => {
    expect(told({ state }).state).toBe(JSON.parse(JSON.stringify(state)));
  });

  it("says that a state is not shown", () => {
    expect(told({ state: null }).state).toBeNull();
  });

  it.each([
    1_795_440_778_395, 1_795_440_000_000, 1_795_440_000_001, 1_795_440_099_999, 1_795_440_100_000, 1_795_440_999_999,
    1_795_441_000_000, 999_999, 1, 0, -5, 1_795_440_778_395.25, 8_640_000_000_000_000,
  ])("says the moment %d as it is", (since) => {
    expect(told({ since, reportedAt: since })).toMatchObject({ since });
  });

  it("says a moment once where it stands for both, and both where they differ", () => {
    const at = 1_795_440_778_395;

    expect(told({ since: at, reportedAt: at })).not.toHaveProperty("reportedAt");
    expect(told({ since: at - 5, reportedAt: at })).toMatchObject({ since: at - 5, reportedAt: at });
    expect(told({ since: at + 9 })).toMatchObject({ since: at + 9, reportedAt: at });
    expect(told({ reportedAt: at + 20 })).not.toHaveProperty("since");
    expect(told({ reportedAt: at + 30 })).toMatchObject({ reportedAt: at + 30 });
  });
});
