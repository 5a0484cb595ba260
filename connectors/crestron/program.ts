import { type Slot, slotOf } from "./console/commands.ts";
import type { Follower } from "./follower.ts";
import { keyOfEntry } from "./normalise.ts";

/** The slot of a program by its own key, or of the one in whose IP table the device stood when we looked last. */
export function slotBehind(from: Follower, device: unknown): Slot | undefined {
  const { programs, table } = from.facts;
  const slot = slotOf(device) ?? table.find((entry) => keyOfEntry(entry) === device)?.slot;
  return slot !== undefined && programs.has(slot) ? slot : undefined;
}
