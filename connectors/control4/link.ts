import { type CapabilityOutput, CaretakerError, isCaretakerError, withoutSecrets } from "@caretaker/protocol";
import type { Director } from "./client/director.ts";
import { traitsOf } from "./normalise/kinds.ts";
import type { ItemRow } from "./schema.ts";
import { words } from "./words.ts";

const MOST_CHARACTERS = 2000;

/**
 * What the Director says of a device's network and mesh, as it stands: its shape was never published, so it is shown and
 * nothing is made of it. Of locks, alarms and cameras nobody knows what might stand in it, so it is not even asked for.
 */
export async function linkOf(
  items: readonly ItemRow[] | undefined,
  director: Pick<Director, "networkOf" | "zigbeeOf">,
): Promise<CapabilityOutput<"device.link">> {
  if (items === undefined) throw new CaretakerError("not_available_here", words.noSuch("device"));
  if (items.some(({ proxy }) => proxy !== undefined && traitsOf(proxy).isPrivate))
    throw new CaretakerError("not_available_here", words.privateLink);
  const said: { of: string; text: string }[] = [];
  for (const { id, URIs } of items) {
    const network = await saidBy(() => director.networkOf(id));
    const zigbee = URIs?.zigbee === undefined ? undefined : await saidBy(() => director.zigbeeOf(id));
    if (network !== undefined) said.push({ of: `item ${id}: network`, text: network });
    if (zigbee !== undefined) said.push({ of: `item ${id}: zigbee`, text: zigbee });
  }
  return { said, parts: said.length };
}

/** Undefined where the Director has nothing there, or an empty list. */
async function saidBy(ask: () => Promise<unknown>): Promise<string | undefined> {
  try {
    const body = await ask();
    const text = withoutSecrets(JSON.stringify(body) ?? "").slice(0, MOST_CHARACTERS);
    return text === "" || text === "[]" || text === "{}" || text === "null" ? undefined : text;
  } catch (error) {
    if (isCaretakerError(error, "step_failed")) return undefined;
    throw error;
  }
}
