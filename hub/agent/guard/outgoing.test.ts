import type { AgentSessionEvent, HubAlone } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { Outgoing } from "./outgoing.ts";
import { INVENTORY } from "./test-helpers.ts";

const rules = (hubAlone: HubAlone) => ({ hubAlone, stoppedAt: null, isConfirmed: true });
const privateKeys = new Set(["lock"]);
const states = (
  full: boolean,
  ...changes: Extract<AgentSessionEvent, { type: "states" }>["changes"]
): AgentSessionEvent => ({
  type: "states",
  full,
  changes,
});

describe("what leaves the home", () => {
  it.each<[HubAlone, AgentSessionEvent["type"][]]>([
    ["reach", ["gateway", "lost"]],
    ["view", ["gateway", "inventory", "states", "garbage", "lost"]],
    ["all", ["gateway", "inventory", "states", "garbage", "lost"]],
  ])("with %s is %j", (hubAlone, leaves) => {
    const outgoing = new Outgoing();
    const events: AgentSessionEvent[] = [
      { type: "gateway", version: "1", name: "Box", state: "running" },
      { type: "inventory", inventory: INVENTORY },
      states(true, { key: "lamp", state: "on" }),
      { type: "garbage", count: 1 },
      { type: "lost", kind: "unreachable", reason: { code: "gone" } },
    ];

    const left = events.filter((event) => outgoing.filter(event, rules(hubAlone), privateKeys) !== null);

    expect(left.map(({ type }) => type)).toEqual(leaves);
  });

  it("never holds the state of what is private, nor when it changed: only whether it answers", () => {
    const outgoing = new Outgoing();
    const lock = {
      key: "lock",
      place: 2,
      state: "unlocked",
      available: "online",
      attributes: { by: "Anna" },
      since: 5,
      at: 6,
    } as const;

    const whole = outgoing.filter(states(true, { key: "lamp", state: "on" }, lock), rules("all"), privateKeys);
    const turned = outgoing.filter(states(false, { ...lock, state: "locked", at: 7 }), rules("all"), privateKeys);
    const silent = outgoing.filter(
      states(false, { key: "lock", available: "offline", at: 8 }),
      rules("all"),
      privateKeys,
    );

    expect(whole).toEqual(states(true, { key: "lamp", state: "on" }, { key: "lock", place: 2, available: "online" }));
    expect(turned).toEqual(states(false));
    expect(silent).toEqual(states(false, { key: "lock", available: "offline" }));
  });

  it("holds no states before it is known what of them is private", () => {
    expect(new Outgoing().filter(states(true, { key: "lock", state: "locked" }), rules("all"), null)).toBeNull();
  });
});
