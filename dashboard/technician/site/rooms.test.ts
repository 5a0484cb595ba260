import type { GatewayId, Room, RoomId } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { buildDevice, buildEntity, id } from "../../test-helpers.tsx";
import { groupByRoom } from "./rooms.ts";

const ONE = id<GatewayId>(20);
const OTHER = id<GatewayId>(21);
const room = (number: number, gatewayId: GatewayId, name: string, floor: string | null = null): Room => ({
  id: id<RoomId>(number),
  gatewayId,
  name,
  floor,
});

/** Of each room given, one device that is called after it; how the page groups them. */
function grouped(rooms: readonly Room[]): (readonly [string, string | null, number])[] {
  const devices = rooms.map((one, index) =>
    buildDevice({ id: id(40 + index), gatewayId: one.gatewayId, roomId: one.id, name: one.name }),
  );
  return groupByRoom(rooms, devices, { search: "", keep: null, gatewayName: () => undefined }).map(
    ({ name, floor, devices: own }) => [name, floor, own.length] as const,
  );
}

describe("the rooms of a home with several gateways", () => {
  it.each([
    ["Living room", "living-room"],
    ["Chambre d’été", "Chambre d'ete"],
  ])("are one where they are called alike: %s and %s", (one, other) => {
    expect(grouped([room(1, ONE, one, "Ground"), room(2, OTHER, other)])).toEqual([[one, "Ground", 2]]);
  });

  it("are one where one gateway says Ground and the other Ground floor", () => {
    expect(grouped([room(1, ONE, "Hall", "Ground floor"), room(2, OTHER, "Hall", "Ground")])).toEqual([
      ["Hall", "Ground floor", 2],
    ]);
  });

  it("stay apart where one gateway tells them apart, and take in what the other knows by its floor", () => {
    const rooms = [
      room(1, ONE, "Bedroom", "First floor"),
      room(2, ONE, "Bedroom", "Second floor"),
      room(3, OTHER, "Bedroom", "Second floor"),
    ];

    expect(grouped(rooms)).toEqual([
      ["Bedroom", "First floor", 1],
      ["Bedroom", "Second floor", 2],
    ]);
  });

  it("stay apart where one gateway has two of a name and knows no floors", () => {
    const rooms = [room(1, ONE, "Bedroom"), room(2, ONE, "Bedroom"), room(3, OTHER, "Bedroom")];

    expect(grouped(rooms)).toEqual([
      ["Bedroom", null, 2],
      ["Bedroom", null, 1],
    ]);
  });

  it("stay apart on floors that are not the same", () => {
    expect(grouped([room(1, ONE, "Bathroom", "First"), room(2, OTHER, "Bathroom", "Attic")])).toEqual([
      ["Bathroom", "Attic", 1],
      ["Bathroom", "First", 1],
    ]);
  });

  it("stay apart on floors whose names only begin alike", () => {
    expect(grouped([room(1, ONE, "Bathroom", "Floor 1"), room(2, OTHER, "Bathroom", "Floor 12")])).toHaveLength(2);
  });

  it("have what is of a room and of no device, whichever gateway knows it there", () => {
    const rooms = [room(1, ONE, "Hall"), room(2, OTHER, "Hall")];
    const devices = [buildDevice({ id: id(40), gatewayId: ONE, name: "Lamp", roomId: id(1) })];
    const sound = buildEntity({ id: id(50), gatewayId: OTHER, deviceId: null, roomId: id(2), name: "Hall: sound" });
    const macro = buildEntity({ id: id(51), gatewayId: OTHER, deviceId: null, roomId: null, name: "Good night" });

    const groups = groupByRoom(rooms, devices, {
      search: "",
      keep: null,
      gatewayName: () => undefined,
      loose: [sound, macro],
    });

    expect(groups).toMatchObject([{ name: "Hall", devices: [{ name: "Lamp" }], entities: [sound.id] }]);
  });

  it("come before what has no room, which stands apart for each gateway", () => {
    const rooms = [room(1, ONE, "Hall")];
    const devices = [
      buildDevice({ id: id(40), gatewayId: OTHER, name: "TSW-1070" }),
      buildDevice({ id: id(41), gatewayId: ONE, name: "Hub" }),
      buildDevice({ id: id(42), gatewayId: ONE, name: "Lamp", roomId: id(1) }),
    ];
    const gatewayName = (gatewayId: GatewayId) => (gatewayId === ONE ? "Home Assistant" : "Hall panel");

    const groups = groupByRoom(rooms, devices, { search: "", keep: null, gatewayName });
    const found = groupByRoom(rooms, devices, { search: "hall panel", keep: null, gatewayName });

    expect(groups.map(({ name, devices: own }) => [name, own.map((device) => device.name)])).toEqual([
      ["Hall", ["Lamp"]],
      ["Hall panel, without a room", ["TSW-1070"]],
      ["Home Assistant, without a room", ["Hub"]],
    ]);
    expect(found.flatMap(({ devices: own }) => own.map((device) => device.name))).toEqual(["TSW-1070"]);
  });
});
