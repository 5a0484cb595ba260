import type { Room, RoomId } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { buildDevice, buildEntity, buildGateway, id } from "../../test-helpers.tsx";
import { type ThingsOfHome, thingsFor } from "./things.ts";

const CONTROL4 = buildGateway({ id: id(1), connector: "control4", name: "Control4" });
const ASSISTANT = buildGateway({ id: id(2), connector: "home-assistant", name: "Home Assistant" });
const room = (number: number, gateway: number, name: string): Room => {
  return { id: id<RoomId>(number), gatewayId: id(gateway), name, floor: null };
};
const HOME: ThingsOfHome = {
  gateways: [CONTROL4, ASSISTANT],
  integrations: [],
  devices: [buildDevice({ id: id(20), gatewayId: id(2), name: "Relay" })],
  entities: [
    buildEntity({ id: id(30), gatewayId: id(1), name: "Television", label: "tv.60" }),
    buildEntity({ id: id(31), gatewayId: id(2), name: "Pump", label: "switch.pump" }),
  ],
  rooms: [room(10, 1, "Living room"), room(11, 2, "Living room"), room(12, 2, "Garden"), room(13, 1, "Hall")],
};
const labels = (kind: Parameters<typeof thingsFor>[0], makes: readonly string[], home = HOME): unknown =>
  thingsFor(kind, home, makes)?.map(({ label }) => label);

describe("what a run can be about", () => {
  it("is nothing of a gateway that the runbook cannot run on, though a room there is called the same", () => {
    expect(thingsFor("room", HOME, ["control4"])).toEqual([
      { value: id(13), label: "Hall" },
      { value: id(10), label: "Living room" },
    ]);
    expect(labels("entity", ["control4"])).toEqual(["Television (tv.60)"]);
    expect(labels("device", ["control4"])).toEqual([]);
  });

  it("says whose it is where several gateways can be meant", () => {
    expect(labels("room", ["control4", "home-assistant"])).toEqual([
      "Garden · Home Assistant",
      "Hall · Control4",
      "Living room · Control4",
      "Living room · Home Assistant",
    ]);
  });

  it("is no device that is gone", () => {
    const gone = { ...HOME, devices: [buildDevice({ gatewayId: id(2), gone: true })] };

    expect(labels("device", ["home-assistant"], gone)).toEqual([]);
  });

  it("is typed where it is no thing of the home", () => {
    expect(thingsFor("number", HOME, ["control4"])).toBeNull();
  });
});
