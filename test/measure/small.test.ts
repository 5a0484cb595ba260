import { expect, it } from "vitest";
import { figureLine, holds } from "./measurement.ts";
import { MEASUREMENTS } from "./measurements.ts";

it.each(Object.entries(MEASUREMENTS))("%s: what is promised holds, measured small", async (_, { measure }) => {
  const figures = await measure({ isFull: false, seed: 1, say: () => {} });

  expect(figures.length).toBeGreaterThan(0);
  expect(figures.filter((figure) => !holds(figure)).map(figureLine)).toEqual([]);
});
