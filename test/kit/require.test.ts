import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { THROUGH_AGENT } from "../journeys/through-agent.ts";
import { available, findChromium, runsTwice, whyNoChromium } from "./require.ts";

describe("what a test needs", () => {
  it("runs the tests under their own title where the need is met", () => {
    const met = available("smtp", () => null, "");

    expect(met.skip).toBe(false);
    expect(met.title("sends a mail")).toBe("sends a mail");
  });

  it("skips them with the reason in the title where it is not", () => {
    const unmet = available("smtp", () => "no server listens", "");

    expect(unmet.skip).toBe(true);
    expect(unmet.title("sends a mail")).toBe("sends a mail (skipped: no server listens)");
  });

  it("fails instead of skipping when the need is required", () => {
    expect(() => available("smtp", () => "no server listens", "chromium, smtp")).toThrow(
      "CARETAKER_REQUIRE names smtp, but: no server listens",
    );
  });

  it("skips what is not among the required", () => {
    expect(available("smtp", () => "no server listens", "chromium").skip).toBe(true);
  });

  it("refuses a name that nothing answers to, rather than requiring nothing", () => {
    expect(() => available("smtp", () => null, "home-asistant")).toThrow("home-asistant");
  });
});

describe("journeys through an agent", () => {
  it("run besides the others where all is wanted, and are left out of a plain npm test", () => {
    expect(runsTwice({})).toBe(false);
    expect(runsTwice({ CARETAKER_REQUIRE: "" })).toBe(false);
    expect(runsTwice({ CARETAKER_REQUIRE: "chromium" })).toBe(true);
    expect(runsTwice({ CI: "true" })).toBe(true);
  });

  it("are all there", () => {
    const there = readdirSync(join(import.meta.dirname, "..", "journeys"));

    expect(THROUGH_AGENT.filter((name) => !there.includes(`${name}.test.ts`))).toEqual([]);
  });
});

describe("finding Chromium", () => {
  it("takes the one that is named", () => {
    expect(findChromium(process.execPath)).toBe(process.execPath);
    expect(whyNoChromium(process.execPath)).toBeUndefined();
  });

  it("does not fall back on another one when the named one is missing", () => {
    expect(findChromium("/no/such/chromium")).toBeUndefined();
    expect(whyNoChromium("/no/such/chromium")).toContain("/no/such/chromium");
  });
});
