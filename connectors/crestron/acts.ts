import {
  type ActionName,
  type ActRequest,
  type CapabilityInput,
  type CapabilityName,
  type CapabilityOutput,
  CaretakerError,
  isCaretakerError,
} from "@caretaker/protocol";
import { refusalIn } from "./console/answers.ts";
import { type Address4, address4Of, type Command } from "./console/commands.ts";
import { isFault } from "./console/error-log.ts";
import type { Follower } from "./follower.ts";
import { actOnHome, isOfHome } from "./home/acts.ts";
import { keyOfEntry } from "./normalise.ts";
import { slotBehind } from "./program.ts";
import { grouped, readLog } from "./read-log.ts";
import type { Processor } from "./session.ts";
import { words } from "./words.ts";

const RESTART_SECONDS = 170;
const RENEW_SECONDS = 60;
/** Any of these says that the program was started. */
const STARTED = /restarting program|program\(s\) started|application loaded/i;

type Acts = {
  readonly [N in ActionName]?: (
    from: Follower,
    input: CapabilityInput<N>,
    processor: Processor,
  ) => Promise<CapabilityOutput<N> | undefined>;
};

/** What is typed for each act. Nothing of an input is ever typed: it is looked up, or one of a few words of ours. */
const acts: Acts = {
  "program.restart": async (from, { device }) => {
    const slot = slotBehind(from, device);
    // Always with its slot, since without one all programs restart.
    if (slot === undefined) throw new CaretakerError("step_failed", words.noSuch("program"));
    const said = await typed(from, { is: "restart program", slot }, RESTART_SECONDS);
    if (!STARTED.test(said)) throw new CaretakerError("gateway_misbehaving", words.notConfirmed);
  },

  "gateway.restart": async (from, _input, { restart }) => {
    restart.expect();
    try {
      await typed(from, { is: "reboot" });
    } catch (error) {
      // The line breaks before the answer comes: that is what was asked for.
      if (isCaretakerError(error, "gateway_lost") && error.meta.isSent !== false) return;
      if (isCaretakerError(error, "step_failed")) restart.forget();
      throw error;
    }
  },

  // What these print is in no source: anything but a no is taken for done, and a read afterwards proves it.
  "clock.sync": async (from) => {
    await typed(from, { is: "sync clock" });
  },
  "address.renew": async (from) => {
    await typed(from, { is: "renew address" }, RENEW_SECONDS);
  },
  "identify.start": async (from, { device }) => {
    await typed(from, { is: "identify", address: addressOf(from, device) });
  },
  "identify.stop": async (from, { device }) => {
    addressOf(from, device);
    await typed(from, { is: "stop identifying" });
  },
  "panel.message": async (from, { language, sentence }) => {
    await typed(from, { is: "message", language, sentence });
  },

  "log.clear": async (from, _input, { clock, log }) => {
    // What is cleared has been read out before, so it stands in a record; and it is said once more with the act itself.
    const { notes, momentOf } = await readLog(from, clock).catch((error: unknown) => {
      if (isCaretakerError(error, "not_available_here")) throw new CaretakerError("step_failed", error.message);
      throw error;
    });
    const unread = log.changes(notes).notes.length;
    if (log.at === null || unread > 0) throw new CaretakerError("step_failed", words.readItFirst(unread));
    await typed(from, { is: "clear log" });
    await log.forget();
    return { saved: grouped(notes.filter(isFault), momentOf) };
  },
};

/** Does one thing, once. `step_failed`: nothing happened. Any other error: nobody knows, unless `meta.isSent` is false. */
export async function act<N extends CapabilityName>(
  processor: Processor,
  { capability, input }: ActRequest<N>,
): Promise<CapabilityOutput<N>> {
  const { console, home } = processor;
  const type = (
    acts as Partial<Record<CapabilityName, (from: Follower, input: unknown, all: Processor) => Promise<unknown>>>
  )[capability];
  let said: unknown;
  if (home !== undefined && isOfHome(capability)) await actOnHome(home.need(), capability, input);
  else if (console !== undefined && type !== undefined) said = await type(console.need(), input, processor);
  else throw new CaretakerError("not_available_here", words.notHere(capability), { meta: { isSent: false } });
  return (said ?? {}) as CapabilityOutput<N>;
}

/** What the console printed. A no of it, whatever the exit status, means that nothing happened. */
async function typed(from: Follower, command: Command, seconds?: number): Promise<string> {
  const said = await from.client.type(command, seconds).catch((error: unknown) => {
    // What is no command of ours was not typed.
    if (error instanceof RangeError) throw new CaretakerError("step_failed", error.message);
    throw error;
  });
  const no = refusalIn(said);
  if (no !== undefined) throw new CaretakerError("step_failed", words.saidNo(no));
  return said;
}

/** Of a device of the IP table, as it stood there when we looked last. */
function addressOf(from: Follower, device: unknown): Address4 {
  const entry = from.facts.table.find((one) => keyOfEntry(one) === device);
  const address = address4Of(entry?.address ?? null);
  if (address === undefined) throw new CaretakerError("step_failed", words.noAddressOf);
  return address;
}
