import {
  type AvailabilityValue,
  type CapabilityInput,
  type CapabilityName,
  type CapabilityOutput,
  CaretakerError,
  type ReadName,
  type ReadRequest,
} from "@caretaker/protocol";
import { linkOf } from "./link.ts";
import { booleanOf, numberOf } from "./normalise/state.ts";
import type { Held } from "./session.ts";
import { words } from "./words.ts";

type Reads = {
  readonly [N in ReadName]?: (from: Held, input: CapabilityInput<N>) => Promise<CapabilityOutput<N>>;
};

/** Each looks at the controller anew: what a runbook decides by is never what was heard some time ago. */
const reads: Reads = {
  "gateway.info": async ({ director, controller }) => {
    await director.controllers();
    return {
      name: `Control4 ${controller.model}`,
      version: controller.osVersion ?? "unknown",
      state: "running",
      timeZone: null,
      isAdmin: null,
      recording: null,
    };
  },

  "device.state": async ({ follower }, { device }) => {
    const items = follower.home.device(device);
    if (items === undefined) throw new CaretakerError("not_available_here", words.noSuch("device"));
    const ids = items.map(({ id }) => id);
    await follower.look(ids);
    const told = ids.map((id) => follower.home.availability(id));
    return {
      availability: judge(told),
      entities: items.length,
      unavailable: told.filter((one) => one === "offline").length,
      // A battery's range is written nowhere, so it is shown as an entity and no percent is made of it.
      battery: null,
      lastSeen: null,
      firmware: null,
    };
  },

  "device.link": async ({ follower, director }, { device }) => linkOf(follower.home.device(device), director),

  "entity.state": async ({ follower }, { entity }) => {
    const { home } = follower;
    const thing = home.thing(entity);
    if (thing === undefined) throw new CaretakerError("not_available_here", words.noSuch("entity"));
    if (thing.of !== "macro") await follower.look([thing.item]);
    const { state, available, attributes } = home.shown(thing);
    const since = new Date(home.since(entity) ?? 0).toISOString();
    return { state, availability: available, since, attributes: { ...attributes } };
  },

  "room.state": async ({ follower }, { room: key }) => {
    const { home } = follower;
    const room = home.room(key);
    if (room === undefined) throw new CaretakerError("not_available_here", words.noSuch("room"));
    await follower.look([room.id]);
    const power = booleanOf(home.variable(room.id, "POWER_STATE"));
    const source = numberOf(home.variable(room.id, "CURRENT_SELECTED_DEVICE"));
    return {
      power: power === undefined ? "unknown" : power ? "on" : "off",
      source: source === undefined || source <= 0 ? null : (home.item(source)?.name ?? null),
    };
  },

  // The account knows the controller's software. What a row of an item calls `version` was explained nowhere.
  "firmware.list": async ({ director, controller, follower }) => {
    await director.controllers();
    if (controller.osVersion === undefined) throw new CaretakerError("not_available_here", words.noVersion);
    const items = [...follower.home.items].filter(({ proxy }) => proxy === "controller");
    const device = items.length === 1 ? items.map(({ id }) => ({ device: String(id) }))[0] : {};
    const name = `Control4 ${controller.model}`;
    return { firmware: [{ name, version: controller.osVersion, newer: null, ...device }], outdated: 0 };
  },
};

function judge(told: readonly AvailabilityValue[]): AvailabilityValue {
  if (told.includes("offline")) return "offline";
  return told.includes("online") ? "online" : "unknown";
}

/** Answers one read. Rejects with `not_available_here` where this home lacks it. */
export async function read<N extends CapabilityName>(
  from: Held,
  request: ReadRequest<N>,
): Promise<CapabilityOutput<N>> {
  const { capability, input } = request;
  const answer = (reads as Partial<Record<CapabilityName, (from: Held, input: unknown) => Promise<unknown>>>)[
    capability
  ];
  if (answer === undefined) throw new CaretakerError("not_available_here", words.notHere(capability));
  try {
    return (await answer(from, input)) as CapabilityOutput<N>;
  } catch (error) {
    // The Director's own no to a question: there is nothing here that could have happened.
    if (error instanceof CaretakerError && error.code !== "step_failed") throw error;
    throw new CaretakerError("gateway_misbehaving", words.notUnderstood(capability), { cause: error });
  }
}
