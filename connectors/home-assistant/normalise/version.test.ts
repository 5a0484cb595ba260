import { describe, expect, it } from "vitest";
import { isTooOld, isUntested } from "./version.ts";

describe("a version", () => {
  it.each([
    ["2026.11.0", false, false],
    ["2026.12.0b3", false, false],
    ["2027.1.0.dev202612010000", false, false],
    ["2024.3.3", false, false],
    ["2024.2.5", false, true],
    ["2022.4.0", false, true],
    ["2022.3.8", true, true],
    ["2021.12.1", true, true],
    ["0.118.5", true, false],
    ["something new", false, false],
  ])("%s is too old: %s, and older than what is tested: %s", (version, tooOld, untested) => {
    expect([isTooOld(version), isUntested(version)]).toEqual([tooOld, untested]);
  });
});
