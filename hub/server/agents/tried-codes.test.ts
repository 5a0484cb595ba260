import { createTestClock } from "@caretaker/kit";
import { describe, expect, it } from "vitest";
import { TriedCodes } from "./tried-codes.ts";

const tryTimes = (tried: TriedCodes, address: string, times: number): boolean[] =>
  Array.from({ length: times }, () => tried.mayTry(address));

describe("codes that are tried", () => {
  it("are too many after thirty from one address, and nobody else's", () => {
    const tried = new TriedCodes(createTestClock());

    expect(tryTimes(tried, "192.0.2.7", 30)).not.toContain(false);
    expect(tryTimes(tried, "192.0.2.7", 2)).toEqual([false, false]);
    expect(tried.mayTry("192.0.2.8")).toBe(true);
  });

  it("may be tried again once a quarter of an hour has gone by, or after one that was right", async () => {
    const clock = createTestClock();
    const tried = new TriedCodes(clock);
    tryTimes(tried, "192.0.2.7", 31);
    tryTimes(tried, "192.0.2.8", 31);

    tried.forget("192.0.2.8");
    expect(tried.mayTry("192.0.2.8")).toBe(true);
    await clock.forward("14m");
    expect(tried.mayTry("192.0.2.7")).toBe(false);
    await clock.forward("1m");
    expect(tried.mayTry("192.0.2.7")).toBe(true);
  });
});
