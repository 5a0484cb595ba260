import { describe, expect, it } from "vitest";
import { findingOf } from "./findings.ts";
import type { StepRead } from "./timeline.ts";

const read = (capability: string, output: unknown): StepRead => ({
  kind: "step.read",
  step: "a",
  capability,
  input: {},
  output,
  result: "fail",
  measurements: [],
  milliseconds: 1,
});
const entries: never[] = [];
const same = { entries, errors: 1, warnings: 2, hasBegunAnew: false, isIncomplete: false };

describe("what a check found, in a sentence", () => {
  it.each([
    ["a log that nobody read before", { ...same, comparedWith: null }, "1 error, 2 warnings, read for the first time"],
    [
      "what came since",
      { ...same, comparedWith: "2026-11-22T18:00:00.000Z" },
      expect.stringMatching(/^1 error, 2 warnings new since .*22 Nov/),
    ],
    [
      "a log that began anew and lacks lines",
      { ...same, comparedWith: null, hasBegunAnew: true, isIncomplete: true },
      "1 error, 2 warnings, read for the first time, the log has begun anew, lines are missing",
    ],
  ])("of %s", (_what, output, said) => {
    expect(findingOf(read("log.changes", output))).toEqual(said);
  });

  const silent = { ...{ isOnline: true, state: "online", reason: "connected", since: "2026-11-22T18:00:00.000Z" } };
  const heard = { ...silent, lastSeenAt: null, others: 0, othersOnline: 0 };
  const shut = { host: "10.0.0.2", port: 443, isOpen: false, reason: "no_answer" };
  const cert = {
    isTls: true,
    isTrusted: true,
    isConfirmed: null,
    subject: null,
    issuer: null,
    validTo: "2026-12-28T12:00:00.000Z",
  };
  const device = {
    availability: "offline",
    entities: 2,
    unavailable: 2,
    battery: null,
    lastSeen: null,
    firmware: null,
  };
  it.each([
    ["gateway.lastSeen", { ...heard, silentMinutes: 0 }, "Heard just now"],
    ["gateway.lastSeen", { ...heard, silentMinutes: 12 }, "Silent for 12 minutes"],
    ["net.resolve", { host: "hub.lan", isKnown: true, addresses: ["10.0.0.2"], allowed: 1 }, "hub.lan is 10.0.0.2"],
    ["net.resolve", { host: "hub.lan", isKnown: false, addresses: [], allowed: 0 }, "hub.lan has no address"],
    [
      "net.connect",
      { isOpen: false, milliseconds: null, reason: "no_answer", doors: [shut, { ...shut, isOpen: true }], closed: 1 },
      "1 of 2 shut",
    ],
    ["net.tls", { ...cert, daysLeft: 30 }, "Good until 28 December 2026"],
    ["net.tls", { ...cert, daysLeft: -1 }, "It ended on 28 December 2026"],
    ["net.tls", { ...cert, validTo: null, daysLeft: null }, "Its end is not known"],
    ["net.tls", { ...cert, isTls: false, daysLeft: null }, "It is spoken to without encryption"],
    ["device.state", device, "Not answering"],
    ["device.state", { ...device, availability: "online", unavailable: 1 }, "Online, 1 of 2 parts do not answer"],
    ["room.state", { power: "on", source: "Television" }, "On, Television"],
  ])("of %s is said in words", (capability, output, said) => {
    expect(findingOf(read(capability, output))).toBe(said);
  });

  it("of a gateway is what it is, and since when and how well it runs where it says so", () => {
    const info = { name: "CP4", version: "2.8", state: "running", timeZone: null, isAdmin: null, recording: null };
    const more = { ...info, startedAt: "2026-11-22T18:00:00.000Z", memoryInUse: 62 };

    expect(findingOf(read("gateway.info", { ...info, recording: false }))).toBe(
      "CP4 2.8, history is not being written",
    );
    expect(findingOf(read("gateway.info", more))).toMatch(
      /^CP4 2\.8, running since .*22 Nov.*, 62 % of its memory in use$/,
    );
  });

  it.each([
    [0, "Right"],
    [-90, "90 seconds behind"],
    [75, "75 seconds ahead"],
    [null, "Not understood: 9:00 PM"],
  ])("of a clock that is %s seconds off", (driftSeconds, said) => {
    expect(findingOf(read("clock.state", { said: "9:00 PM", driftSeconds }))).toBe(said);
  });
});
