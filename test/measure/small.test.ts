import { testDatabase } from "@caretaker/server/db/test-database.ts";
import { expect, it } from "vitest";
import { type Effort, figureLine, holds } from "./measurement.ts";
import { MEASUREMENTS } from "./measurements.ts";

/** On the server that the tests share: to make and end one of its own would cost more than most small measurements do. */
const openPostgres: Effort["openPostgres"] = async () => {
  const { url, drop } = await testDatabase();
  return { url, close: drop };
};

it.each(Object.entries(MEASUREMENTS))("%s: what is promised holds, measured small", async (_, { measure }) => {
  const figures = await measure({ isFull: false, seed: 1, isMeant: () => true, say: () => {}, openPostgres });

  expect(figures.length).toBeGreaterThan(0);
  expect(figures.filter((figure) => !holds(figure)).map(figureLine)).toEqual([]);
});
