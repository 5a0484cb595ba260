import {
  type ActRequest,
  type CapabilityName,
  type CapabilityOutput,
  CaretakerError,
  isCaretakerError,
} from "@caretaker/protocol";
import { refusalIn } from "./console/answers.ts";
import { type Slot, slotOf } from "./console/commands.ts";
import type { Follower } from "./follower.ts";
import { actOnHome, isOfHome } from "./home/acts.ts";
import { keyOfEntry } from "./normalise.ts";
import type { Processor } from "./session.ts";
import { words } from "./words.ts";

const RESTART_SECONDS = 170;
/** Any of these says that the program was started. */
const STARTED = /restarting program|program\(s\) started|application loaded/i;

/** Does one thing, once. `step_failed`: nothing happened. Any other error: nobody knows. */
export async function act<N extends CapabilityName>(
  processor: Processor,
  { capability, input }: ActRequest<N>,
): Promise<CapabilityOutput<N>> {
  const { console, home } = processor;
  if (home !== undefined && isOfHome(capability)) {
    await actOnHome(home.need(), capability, input);
    return {} as CapabilityOutput<N>;
  }
  if (console !== undefined && capability === "gateway.restart")
    return (await reboot(console.need(), processor)) as CapabilityOutput<N>;
  if (console !== undefined && capability === "program.restart")
    return (await restartProgram(console.need(), (input as { device?: unknown }).device)) as CapabilityOutput<N>;
  throw new CaretakerError("not_available_here", words.notHere(capability), { meta: { isSent: false } });
}

async function restartProgram(from: Follower, device: unknown): Promise<Record<string, never>> {
  const slot = programBehind(from, device);
  // Always with its slot, since without one all programs restart.
  if (slot === undefined) throw new CaretakerError("step_failed", words.noSuch("program"));
  const said = await from.client.type({ is: "restart program", slot }, RESTART_SECONDS);
  const no = refusalIn(said);
  if (no !== undefined) throw new CaretakerError("step_failed", words.saidNo(no));
  if (!STARTED.test(said)) throw new CaretakerError("gateway_misbehaving", words.notConfirmed);
  return {};
}

/** The program itself, or the one in whose IP table the device stood when we looked last. */
function programBehind(from: Follower, device: unknown): Slot | undefined {
  const { programs, table } = from.facts;
  const slot = slotOf(device) ?? table.find((entry) => keyOfEntry(entry) === device)?.slot;
  return slot !== undefined && programs.has(slot) ? slot : undefined;
}

async function reboot(from: Follower, { restart }: Processor): Promise<Record<string, never>> {
  restart.expect();
  try {
    const no = refusalIn(await from.client.type({ is: "reboot" }));
    if (no === undefined) return {};
    restart.forget();
    throw new CaretakerError("step_failed", words.saidNo(no));
  } catch (error) {
    // The line breaks before the answer comes: that is what was asked for.
    if (isCaretakerError(error, "gateway_lost") && error.meta.isSent !== false) return {};
    throw error;
  }
}
