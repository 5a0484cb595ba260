import {
  type ActRequest,
  type CapabilityName,
  type CapabilityOutput,
  CaretakerError,
  isCaretakerError,
} from "@caretaker/protocol";
import { refusalIn } from "./console/answers.ts";
import { slotOf } from "./console/commands.ts";
import type { Follower } from "./follower.ts";
import { words } from "./words.ts";

const RESTART_SECONDS = 170;
/** Any of these says that the program was started. */
const STARTED = /restarting program|program\(s\) started|application loaded/i;

/** Does one thing, once. `step_failed`: nothing happened. Any other error: nobody knows. */
export async function act<N extends CapabilityName>(
  from: Follower,
  { capability, input }: ActRequest<N>,
): Promise<CapabilityOutput<N>> {
  if (capability === "gateway.restart") return (await reboot(from)) as CapabilityOutput<N>;
  if (capability === "program.restart")
    return (await restartProgram(from, (input as { program?: unknown }).program)) as CapabilityOutput<N>;
  throw new CaretakerError("not_available_here", words.notHere(capability), { meta: { isSent: false } });
}

async function restartProgram(from: Follower, program: unknown): Promise<Record<string, never>> {
  const slot = slotOf(program);
  // One that was there when we looked last; and always with its slot, since without one all of them restart.
  if (slot === undefined || !from.facts.programs.has(slot))
    throw new CaretakerError("step_failed", words.noSuch("program"));
  const said = await from.client.type({ is: "restart program", slot }, RESTART_SECONDS);
  const no = refusalIn(said);
  if (no !== undefined) throw new CaretakerError("step_failed", words.saidNo(no));
  if (!STARTED.test(said)) throw new CaretakerError("gateway_misbehaving", words.notConfirmed);
  return {};
}

async function reboot(from: Follower): Promise<Record<string, never>> {
  from.expectRestart();
  try {
    const no = refusalIn(await from.client.type({ is: "reboot" }));
    if (no === undefined) return {};
    from.forgetRestart();
    throw new CaretakerError("step_failed", words.saidNo(no));
  } catch (error) {
    // The line breaks before the answer comes: that is what was asked for.
    if (isCaretakerError(error, "gateway_lost") && error.meta.isSent !== false) return {};
    throw error;
  }
}
