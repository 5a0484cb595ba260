import { describe, expect, it } from "vitest";
import { quietUntil } from "./quiet-hours.ts";

const NIGHT = { from: "22:00", to: "07:00" };

/** The wall clock of a zone, as an almanac would tell it. */
const wall = (moment: Date, timeZone: string): string =>
  new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" }).format(moment);

describe("quiet hours", () => {
  it.each([
    ["before they begin", "2026-11-22T20:59:59.999Z", null],
    ["at the minute that they begin", "2026-11-22T21:00:00.000Z", "2026-11-23T06:00:00.000Z"],
    ["before midnight", "2026-11-22T22:30:00.000Z", "2026-11-23T06:00:00.000Z"],
    ["after midnight", "2026-11-23T02:15:30.000Z", "2026-11-23T06:00:00.000Z"],
    ["in their last moment", "2026-11-23T05:59:59.999Z", "2026-11-23T06:00:00.000Z"],
    ["at the minute that they end", "2026-11-23T06:00:00.000Z", null],
  ])("%s", (_when, now, until) => {
    expect(quietUntil(new Date(now), "Europe/Amsterdam", NIGHT)?.toISOString() ?? null).toBe(until);
  });

  it("within one day end on that day", () => {
    const nap = { from: "13:00", to: "15:30" };

    expect(quietUntil(new Date("2026-11-22T13:00:00.000Z"), "Europe/Amsterdam", nap)?.toISOString()).toBe(
      "2026-11-22T14:30:00.000Z",
    );
    expect(quietUntil(new Date("2026-11-22T15:00:00.000Z"), "Europe/Amsterdam", nap)).toBeNull();
  });

  it("with equal ends there are none", () => {
    const none = { from: "07:00", to: "07:00" };

    expect(quietUntil(new Date("2026-11-22T06:00:00.000Z"), "Europe/Amsterdam", none)).toBeNull();
    expect(quietUntil(new Date("2026-11-22T12:00:00.000Z"), "Europe/Amsterdam", none)).toBeNull();
  });
});

// Both changes of the clock in six zones: an evening before each, and the morning on which the night has to end.
const NIGHTS = [
  ["Europe/Amsterdam", "2026-03-28T22:00:00.000Z", "2026-03-29T05:00:00.000Z"],
  ["Europe/Amsterdam", "2026-10-24T21:00:00.000Z", "2026-10-25T06:00:00.000Z"],
  ["Europe/London", "2026-03-28T23:00:00.000Z", "2026-03-29T06:00:00.000Z"],
  ["Europe/London", "2026-10-24T22:00:00.000Z", "2026-10-25T07:00:00.000Z"],
  ["America/New_York", "2026-03-08T03:30:00.000Z", "2026-03-08T11:00:00.000Z"],
  ["America/New_York", "2026-11-01T02:30:00.000Z", "2026-11-01T12:00:00.000Z"],
  ["America/Santiago", "2026-04-05T01:30:00.000Z", "2026-04-05T11:00:00.000Z"],
  ["America/Santiago", "2026-09-06T02:30:00.000Z", "2026-09-06T10:00:00.000Z"],
  ["Australia/Lord_Howe", "2026-04-04T12:00:00.000Z", "2026-04-04T20:30:00.000Z"],
  ["Australia/Lord_Howe", "2026-10-03T12:00:00.000Z", "2026-10-03T20:00:00.000Z"],
  ["Pacific/Auckland", "2026-04-04T10:00:00.000Z", "2026-04-04T19:00:00.000Z"],
  ["Pacific/Auckland", "2026-09-26T11:00:00.000Z", "2026-09-26T18:00:00.000Z"],
] as const;

describe("a night in which the clock is changed", () => {
  it.each(NIGHTS)("in %s (%s) ends at seven by the wall clock", (zone, evening, morning) => {
    const until = quietUntil(new Date(evening), zone, NIGHT);

    expect(until?.toISOString()).toBe(morning);
    expect(wall(until as Date, zone).slice(-5)).toBe("07:00");
  });

  it.each(NIGHTS)("in %s (%s) is quiet in every minute until then, and in none of the hour after", (zone, evening) => {
    const until = (quietUntil(new Date(evening), zone, NIGHT) as Date).getTime();

    for (let at = Date.parse(evening); at < until; at += 60_000)
      expect(quietUntil(new Date(at), zone, NIGHT)?.getTime(), wall(new Date(at), zone)).toBe(until);
    for (let at = until; at < until + 3_600_000; at += 60_000) expect(quietUntil(new Date(at), zone, NIGHT)).toBeNull();
  });

  it("ends where the clock leaps over its end, not an hour after", () => {
    const until = quietUntil(new Date("2026-03-29T00:30:00.000Z"), "Europe/Amsterdam", { from: "23:00", to: "02:30" });

    expect(until?.toISOString()).toBe("2026-03-29T01:00:00.000Z");
  });

  it("ends at the first of two ends where an hour comes twice, and begins again with the second", () => {
    const short = { from: "23:00", to: "02:30" };

    const first = quietUntil(new Date("2026-10-24T22:00:00.000Z"), "Europe/Amsterdam", short);
    const second = quietUntil(new Date("2026-10-25T01:10:00.000Z"), "Europe/Amsterdam", short);

    expect(first?.toISOString()).toBe("2026-10-25T00:30:00.000Z");
    expect(second?.toISOString()).toBe("2026-10-25T01:30:00.000Z");
  });
});
