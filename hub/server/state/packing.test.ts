import type { DeviceId, EntityId } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { packInventory, unpackInventory } from "./packing.ts";
import { buildRows } from "./test-homes.ts";

const NOBODY_SAID = new Map();

describe("a packed inventory", () => {
  it("unpacks to the rows it was made of", () => {
    const rows = buildRows(50);
    const [first, ...others] = rows.entities;
    const odd = {
      ...first!,
      key: "sensor.odd",
      label: "sensor.odd",
      deviceClass: "battery",
      unit: "%",
      deviceId: null,
      integrationId: null,
      roomId: rows.rooms[0]!.id,
      private: true,
      diagnostic: true,
      disabled: true,
    };
    const whole = { ...rows, entities: [odd, ...others] };

    expect(unpackInventory(packInventory(whole), NOBODY_SAID)).toEqual(whole);
  });

  it("keeps nothing of what people say of devices: that is read from their rows", () => {
    const rows = buildRows(1);
    const [device] = rows.devices;
    const said = {
      id: device!.id,
      maySleep: true,
      poweredBy: "e" as EntityId,
      doNotTouch: true,
      carriesGateway: true,
      version: 7,
    };
    const text = packInventory({ ...rows, devices: [{ ...device!, ...said }] });

    expect(unpackInventory(text, NOBODY_SAID)?.devices[0]).toEqual(device);
    expect(unpackInventory(text, new Map<string, typeof said>([[device!.id as DeviceId, said]]))?.devices[0]).toEqual({
      ...device,
      ...said,
    });
  });

  it("is passed over when another version packed it", () => {
    expect(unpackInventory(packInventory(buildRows(2)).replace('"form":1', '"form":0'), NOBODY_SAID)).toBeUndefined();
  });

  it("survives an empty home", () => {
    const empty = { rooms: [], integrations: [], devices: [], entities: [] };

    expect(unpackInventory(packInventory(empty), NOBODY_SAID)).toEqual(empty);
  });
});
