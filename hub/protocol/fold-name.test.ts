import { expect, it } from "vitest";
import { foldName } from "./fold-name.ts";

it.each([
  ["Bedroom", "bedroom", true],
  ["  BED-ROOM 1", "bed room  1", true],
  ["Chambre d’été", "chambre d ete", true],
  ["🛏", "🛏", true],
  ["🛏", "🛁", false],
  ["Bedroom", "Bedroom 2", false],
])("takes %s and %s for the same: %s", (one, other, same) => {
  expect(foldName(one) === foldName(other)).toBe(same);
});
