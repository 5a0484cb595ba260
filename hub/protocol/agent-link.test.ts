import { describe, expect, it } from "vitest";
import { AgentMessage, isStatesMessage } from "./agent-link.ts";

const change = { key: "light.hall", state: "on", available: "online", since: 1764320000000 };
const states = { type: "states", full: false, changes: [change] };
const message = { kind: "events", gatewayId: "01890000-0000-7000-8000-000000000002", events: [states] };

describe("changes of states, the message that comes most", () => {
  it.each([
    ["one change", message],
    [
      "all that there is",
      { ...message, events: [{ ...states, full: true, changes: [change, { key: "light.stairs" }] }] },
    ],
    ["nothing", { ...message, events: [] }],
  ])("are known by hand, as the schema knows them: %s", (_what, said) => {
    expect(isStatesMessage(said)).toBe(true);
    expect(AgentMessage.parse(said)).toEqual(said);
  });

  it.each<[string, unknown]>([
    ["a field more", { ...message, more: true }],
    ["a field more in an event", { ...message, events: [{ ...states, more: true }] }],
    ["a gateway that is none", { ...message, gatewayId: "../../etc" }],
    ["a change without a key", { ...message, events: [{ ...states, changes: [{ state: "on" }] }] }],
    ["a change whose state is no text", { ...message, events: [{ ...states, changes: [{ ...change, state: {} }] }] }],
    ["changes that are no list", { ...message, events: [{ ...states, changes: { length: 1 } }] }],
    ["no word whether it is all", { ...message, events: [{ type: "states", changes: [change], fully: true }] }],
    ["events that are no list", { ...message, events: states }],
    ["another message", { kind: "released" }],
    ["nothing", null],
    ["a list", [message]],
  ])("are not taken for that by hand where there is %s", (_what, said) => {
    expect(isStatesMessage(said)).toBe(false);
  });

  it.each<[string, object]>([
    ["another event", { ...message, events: [states, { type: "garbage", count: 1 }] }],
    ["things that are gone", { ...message, events: [{ ...states, removed: ["light.stairs"] }] }],
  ])("are left to the schema with %s", (_what, said) => {
    expect(isStatesMessage(said)).toBe(false);
    expect(AgentMessage.parse(said)).toEqual(said);
  });
});
