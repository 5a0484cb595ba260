import { describe, expect, it } from "vitest";
import { daysToChoose } from "./home-time.ts";

const choice = (from: string, days = 14) => ({
  from,
  to: new Date(Date.parse(from) + days * 86_400_000).toISOString(),
});
const wall = (moment: string, timeZone: string): string =>
  new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" }).format(new Date(moment));

describe("the times that can be chosen", () => {
  it.each(["Europe/Amsterdam", "America/New_York", "Pacific/Auckland", "Asia/Kathmandu", "UTC"])(
    "are hours of the day in the home, in %s as anywhere",
    (timeZone) => {
      const days = daysToChoose(choice("2026-11-27T05:00:00.000Z"), timeZone);

      expect(days.length).toBeGreaterThanOrEqual(14);
      for (const { date, slots } of days)
        for (const { from, to } of slots) {
          expect(wall(from, timeZone)).toMatch(new RegExp(`^${date} (08|10|12|14|16|18):00$`));
          expect(Date.parse(to) - Date.parse(from)).toBe(2 * 3_600_000);
        }
    },
  );

  it.each([
    ["Europe/Amsterdam", "2026-03-25T05:00:00.000Z", "2026-03-29"],
    ["Europe/Amsterdam", "2026-10-21T05:00:00.000Z", "2026-10-25"],
    ["America/New_York", "2026-10-28T05:00:00.000Z", "2026-11-01"],
  ])("are right on the day on which the clock changes, in %s from %s", (timeZone, from, date) => {
    const day = daysToChoose(choice(from), timeZone).find((one) => one.date === date);

    expect(day?.slots.map((slot) => wall(slot.from, timeZone))).toEqual(
      ["08", "10", "12", "14", "16", "18"].map((hour) => `${date} ${hour}:00`),
    );
  });

  it("leave out what is nearly over, and what lies too far off", () => {
    const [today, ...others] = daysToChoose(choice("2026-11-27T08:40:00.000Z", 2), "UTC");

    expect(today?.slots[0]?.from).toBe("2026-11-27T08:00:00.000Z");
    expect(daysToChoose(choice("2026-11-27T09:40:00.000Z", 2), "UTC")[0]?.slots[0]?.from).toBe(
      "2026-11-27T10:00:00.000Z",
    );
    expect(others.at(-1)?.slots.at(-1)?.to).toBe("2026-11-28T20:00:00.000Z");
  });
});
