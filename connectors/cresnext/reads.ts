import {
  type CapabilityName,
  type CapabilityOutput,
  CaretakerError,
  isCaretakerError,
  type ReadRequest,
} from "@caretaker/protocol";
import { OBJECTS } from "./client/tree.ts";
import type { Follower } from "./follower.ts";
import { PANEL } from "./normalise.ts";
import { words } from "./words.ts";

const [DEVICE_INFO, , IP_TABLE, SYSTEM_VERSIONS] = OBJECTS;

type Reads = {
  [N in CapabilityName]?: (from: Follower, input: Readonly<Record<string, unknown>>) => Promise<CapabilityOutput<N>>;
};

/** Each asks the panel anew: what a fix is proven by is never what was remembered. */
const reads: Reads = {
  "gateway.info": async (from) => {
    const { name, firmware } = await from.look(DEVICE_INFO);
    return {
      name,
      version: firmware ?? "unknown",
      state: "running",
      timeZone: null,
      // The panel does not say what its users may do.
      isAdmin: null,
      recording: null,
    };
  },

  "device.state": async (from, { device }) => {
    if (device === PANEL) {
      const { firmware, states } = await from.look(DEVICE_INFO);
      const own = states.filter(({ key }) => !key.endsWith(".link"));
      return state("online", own.length, firmware);
    }
    const system = (await from.look(IP_TABLE)).systems.find(({ key }) => key === device);
    if (system === undefined) throw new CaretakerError("not_available_here", words.noSuch("control system"));
    return state(system.availability, 1, null);
  },

  "firmware.list": async (from) => {
    await from.look(DEVICE_INFO);
    const { name, firmware, software } = await from.look(SYSTEM_VERSIONS);
    const own = firmware === null ? [] : [{ name, version: firmware, newer: null }];
    // Its parts say the firmware once more; nothing of them says what could be installed.
    const parts = software.filter(({ version }) => version !== firmware).map((part) => ({ ...part, newer: null }));
    return { firmware: [...own, ...parts], outdated: 0 };
  },
};

function state(
  availability: CapabilityOutput<"device.state">["availability"],
  entities: number,
  firmware: string | null,
): CapabilityOutput<"device.state"> {
  const unavailable = availability === "offline" ? entities : 0;
  return { availability, entities, unavailable, battery: null, lastSeen: null, firmware };
}

/** Answers one read. */
export async function read<N extends CapabilityName>(
  from: Follower,
  base: string,
  { capability, input }: ReadRequest<N>,
): Promise<CapabilityOutput<N>> {
  const answer = reads[capability] as Reads[N];
  if (answer === undefined) throw new CaretakerError("not_available_here", words.notHere(capability));
  try {
    return await answer(from, input as Readonly<Record<string, unknown>>);
  } catch (error) {
    // While it does not answer nothing can be said of it: it is waited for.
    if (isCaretakerError(error, "gateway_unreachable"))
      throw new CaretakerError("gateway_lost", words.lost(base), { cause: error });
    throw error;
  }
}
