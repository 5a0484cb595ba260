import { describe, expect, it } from "vitest";
import { isNight, morningAfter, remindAt } from "./night.ts";

const amsterdam = { timeZone: "Europe/Amsterdam", quietFrom: "22:00", quietTo: "07:00" };
const at = (moment: string): Date => new Date(moment);

describe("the night of a home", () => {
  it.each([
    ["2026-11-22T20:59:59Z", false],
    ["2026-11-22T21:00:00Z", true],
    ["2026-11-23T05:59:59Z", true],
    ["2026-11-23T06:00:00Z", false],
    ["2026-07-01T20:00:00Z", true],
    ["2026-07-01T05:00:00Z", false],
  ])("at %s is night: %s", (moment, expected) => {
    expect(isNight(at(moment), amsterdam)).toBe(expected);
  });

  it.each([
    ["over midnight", "2026-11-22T23:10:00Z", "2026-11-23T06:00:00.000Z"],
    ["when the clocks go forward", "2026-03-28T22:30:00Z", "2026-03-29T05:00:00.000Z"],
    ["when the clocks go back", "2026-10-24T22:30:00Z", "2026-10-25T06:00:00.000Z"],
    ["by day at once", "2026-11-22T12:00:00Z", "2026-11-22T12:00:00.000Z"],
  ])("ends %s", (_, from, to) => {
    expect(morningAfter(at(from), amsterdam).toISOString()).toBe(to);
  });

  it("is never where quiet hours are of no length", () => {
    expect(isNight(at("2026-11-22T23:00:00Z"), { ...amsterdam, quietTo: "22:00" })).toBe(false);
  });

  it.each(["Asia/Kolkata", "Pacific/Auckland", "America/St_Johns", "Australia/Lord_Howe", "UTC"])(
    "ends in %s in every hour of a year",
    (timeZone) => {
      for (let hour = 0; hour < 365 * 24; hour += 37) {
        const moment = new Date(Date.UTC(2026, 0, 1, hour, 30));
        const morning = morningAfter(moment, { ...amsterdam, timeZone });
        expect(isNight(morning, { ...amsterdam, timeZone })).toBe(false);
        expect(morning.getTime() - moment.getTime()).toBeLessThanOrEqual(10 * 3_600_000);
      }
    },
  );
});

describe("the reminder of a question", () => {
  it.each([
    ["by day after three quarters of the time", "12:00", "16:00", "15:00"],
    ["before the night when that falls into it", "18:30", "22:30", "20:54"],
    ["after fifteen minutes' notice too", "12:00", "12:15", "12:11"],
  ])("comes %s", (_, asked, answerBy, expected) => {
    const times = { askedAt: at(`2026-11-22T${asked}:00Z`), answerBy: at(`2026-11-22T${answerBy}:00Z`) };

    expect(remindAt(times, amsterdam)?.toISOString().slice(11, 16)).toBe(expected);
  });

  it("comes in the morning when there is time enough", () => {
    const times = { askedAt: at("2026-11-22T20:00:00Z"), answerBy: at("2026-11-23T10:00:00Z") };

    expect(remindAt(times, amsterdam)?.toISOString()).toBe("2026-11-23T06:30:00.000Z");
  });

  it("does not come when all of the time is night", () => {
    const times = { askedAt: at("2026-11-22T22:00:00Z"), answerBy: at("2026-11-23T02:00:00Z") };

    expect(remindAt(times, amsterdam)).toBeNull();
  });
});
