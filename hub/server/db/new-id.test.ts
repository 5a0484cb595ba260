import { describe, expect, it } from "vitest";
import { newId } from "./new-id.ts";

const NOON = Date.parse("2026-11-01T12:00:00Z");

describe("an id", () => {
  it("is a UUID of version 7 that tells its millisecond", () => {
    const id = newId(NOON);

    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(id.replace("-", "").slice(0, 12), 16)).toBe(NOON);
  });

  it("sorts after those made before it, also in the same millisecond", () => {
    const ids = Array.from({ length: 2000 }, (_, at) => newId(NOON + Math.floor(at / 1000)));

    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(2000);
  });
});
