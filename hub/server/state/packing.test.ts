import { createTestClock } from "@caretaker/kit";
import type { EntityId } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { type DeviceWords, packInventory, putPacked, readPacked } from "./packing.ts";
import type { InventoryRows } from "./rows.ts";
import { StateStore } from "./store.ts";
import { addGateway, addHome, buildRows } from "./test-homes.ts";
import { viewOf } from "./view.ts";

/** What is shown of a home that was filled from rows, and of the same filled from the packed text. */
function shownBothWays(rows: InventoryRows, said = new Map<string, DeviceWords>()) {
  const store = new StateStore({ clock: createTestClock() });
  const { site } = addHome(store, { entities: 0 });
  const shown = () => {
    const { entities, devices, rooms, integrations, row } = viewOf(store, site) ?? {};
    return { entities, devices, rooms, integrations, counted: row?.entities };
  };
  const show = (fill: (gateway: ReturnType<typeof addGateway>) => void) => {
    for (const id of [...site.gateways.keys()]) store.removeGateway(id);
    const gateway = addGateway(store, site.facts.id);
    fill(gateway);
    return JSON.parse(JSON.stringify(shown()).replaceAll(gateway.facts.id, "gateway"));
  };
  return {
    fromRows: show((gateway) => store.setInventory(gateway, rows)),
    fromText: show((gateway) => putPacked(gateway, readPacked(packInventory(rows))!, said)),
  };
}

describe("a packed inventory", () => {
  it("fills a gateway as its rows do", () => {
    const rows = buildRows(50);
    const [first, second, ...others] = rows.entities;
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
    };
    const { fromRows, fromText } = shownBothWays({
      ...rows,
      entities: [odd, { ...second!, disabled: true }, ...others],
    });

    expect(fromText).toEqual(fromRows);
    expect(fromText.entities).toHaveLength(49);
  });

  it("keeps nothing of what people say of devices: that is read from their rows", () => {
    const rows = buildRows(1);
    const [device] = rows.devices;
    const words = {
      id: device!.id,
      maySleep: true,
      poweredBy: "e" as EntityId,
      doNotTouch: true,
      carriesGateway: true,
      version: 7,
    };
    const edited = { ...rows, devices: [{ ...device!, ...words }] };

    expect(shownBothWays(edited).fromText.devices).toMatchObject([{ maySleep: false, poweredBy: null, version: 1 }]);
    const { fromRows, fromText } = shownBothWays(edited, new Map([[device!.id, words]]));
    expect(fromText).toEqual(fromRows);
  });

  it("is passed over when another version packed it", () => {
    expect(readPacked(packInventory(buildRows(2)).replace('"form":1', '"form":0'))).toBeUndefined();
  });

  it("survives an empty home", () => {
    const { fromRows, fromText } = shownBothWays({ rooms: [], integrations: [], devices: [], entities: [] });

    expect(fromText).toEqual(fromRows);
  });
});
