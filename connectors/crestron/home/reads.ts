import { type AvailabilityValue, type CapabilityOutput, CaretakerError, type Clock } from "@caretaker/protocol";
import { words } from "../words.ts";
import { collectionsOf } from "./acts.ts";
import type { HomeFollower } from "./follower.ts";
import { normaliseHome, powerOf, roomKey } from "./normalise.ts";

/** Each asks anew, and of no more than it needs. */
export const homeReads = {
  async device(from: HomeFollower, device: string): Promise<CapabilityOutput<"device.state">> {
    const before = normaliseHome(from.facts);
    const entities = before.inventory.entities.filter(({ deviceKey }) => deviceKey === device);
    const asked = new Set(entities.flatMap(({ key }) => [...(collectionsOf(key) ?? [])]));
    const now = normaliseHome(await from.look([...asked]));
    if (!now.inventory.devices.some(({ key }) => key === device))
      throw new CaretakerError("not_available_here", words.noSuch("device"));
    const told = now.states.filter(({ key }) => key.startsWith(`${device}.`)).map(({ available }) => available);
    const unavailable = told.filter((one) => one === "offline").length;
    return {
      availability: judge(told),
      entities: told.length,
      unavailable,
      // A word such as Normal is no percent.
      battery: null,
      lastSeen: null,
      firmware: null,
    };
  },

  async entity(from: HomeFollower, entity: string, clock: Clock): Promise<CapabilityOutput<"entity.state">> {
    const { states } = normaliseHome(await from.look(collectionsOf(entity) ?? []));
    const found = states.find(({ key }) => key === entity);
    if (found === undefined) throw new CaretakerError("not_available_here", words.noSuch("entity"));
    const { state = "unknown", available, attributes = {} } = found;
    // It does not say since when; it is so now.
    return { state, availability: available, since: clock.now().toISOString(), attributes: { ...attributes } };
  },

  async room(from: HomeFollower, room: string): Promise<CapabilityOutput<"room.state">> {
    const { mediaRooms = [] } = await from.look(["mediaRooms"]);
    const found = mediaRooms.filter(({ roomId }) => roomId !== undefined && roomKey(roomId) === room);
    if (found.length !== 1) throw new CaretakerError("not_available_here", words.noMedia);
    // What its providers are called is in no source.
    return { power: powerOf(found[0]?.currentPowerState), source: null };
  },
};

function judge(told: readonly AvailabilityValue[]): AvailabilityValue {
  if (told.includes("offline")) return "offline";
  return told.includes("online") ? "online" : "unknown";
}
