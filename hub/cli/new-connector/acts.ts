import { type ActRequest, type CapabilityName, type CapabilityOutput, CaretakerError } from "@caretaker/protocol";
import { findThing, type Source } from "./reads.ts";
import { words } from "./words.ts";

/** Does one thing, once. `step_failed`: nothing happened. Any other error: nobody knows. */
export async function act<N extends CapabilityName>(
  from: Source,
  { capability, input }: ActRequest<N>,
): Promise<CapabilityOutput<N>> {
  if (capability !== "entity.refresh")
    throw new CaretakerError("not_available_here", words.notHere(capability), { meta: { isSent: false } });
  const thing = await findThing(from, (input as { entity?: unknown }).entity);
  if (thing === undefined) throw new CaretakerError("step_failed", words.noSuchThing);
  await from.client.ask("refresh", { thing: thing.id });
  return {} as CapabilityOutput<N>;
}
