import { Inventory } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { Area, DeviceRow, EntityRow, EntryRow, Floor, rowsOf } from "../schema.ts";
import { captured } from "../test-helpers.ts";
import { type HomeFacts, inventoryOf } from "./inventory.ts";

const parse = (facts: Partial<Record<keyof HomeFacts, unknown>>): HomeFacts => {
  const drop = (): never => {
    throw new Error("A row was not understood");
  };
  return {
    floors: rowsOf(Floor, facts.floors ?? [], drop),
    areas: rowsOf(Area, facts.areas ?? [], drop),
    devices: rowsOf(DeviceRow, facts.devices ?? [], drop),
    entities: rowsOf(EntityRow, facts.entities ?? [], drop),
    entries: rowsOf(EntryRow, facts.entries ?? [], drop),
    signIns: (facts.signIns ?? new Set()) as ReadonlySet<string>,
    shown: (facts.shown ?? []) as HomeFacts["shown"],
  };
};

describe.each(["newest", "2024.3"] as const)("the inventory of a real home of %s", (version) => {
  const told = inventoryOf(
    parse({
      floors: captured(version, "floor_registry"),
      areas: captured(version, "area_registry"),
      devices: captured(version, "device_registry"),
      entities: captured(version, "entity_registry"),
      entries: captured(version, "config_entries"),
    }),
  );

  it("has the shape of the protocol", () => {
    expect(Inventory.parse(told)).toEqual(told);
  });

  it("knows the bridge, what hangs on it, and where it is", () => {
    const bridge = told.devices.find(({ name }) => name === "Hall bridge");
    const lamp = told.devices.find(({ name }) => name === "Hall lamp");

    expect(bridge).toMatchObject({ kind: "bridge", roomKey: "hall", make: "Caretaker Test Works", firmware: "1.2.0" });
    expect(lamp).toMatchObject({ kind: "light", upstreamKey: bridge?.key });
    expect(told.integrations.find(({ key }) => key === bridge?.integrationKeys[0])?.name).toBe("Hall bridge");
  });

  it("puts an entity into the room of its device, under its integration", () => {
    const lamp = told.entities.find(({ label }) => label === "light.hall_lamp");

    expect(lamp).toMatchObject({ kind: "light", roomKey: "hall", name: "Hall lamp", private: false, disabled: false });
    expect(lamp?.key).toMatch(/^[0-9a-f]{32}$/);
    expect(told.devices.some(({ key }) => key === lamp?.deviceKey)).toBe(true);
  });

  it("carries nothing that names a device to a stranger", () => {
    const text = JSON.stringify(told);

    for (const { identifiers, connections } of captured<{ identifiers?: string[][]; connections?: string[][] }[]>(
      version,
      "device_registry",
    ))
      for (const [kind, value] of [...(identifiers ?? []), ...(connections ?? [])])
        if (kind !== "caretaker_test" && value && value.length > 6) expect(text).not.toContain(`"${value}"`);
  });
});

describe("the inventory", () => {
  const device = { id: "d1", name: "Bridge", identifiers: [["hue", "serial-1"]], config_entries: ["e1"] };

  it("gives a device the same mark when its id changed, and another device another", () => {
    const marksOf = (row: object) => inventoryOf(parse({ devices: [{ ...device, ...row }] })).devices[0]?.marks;

    expect(marksOf({ id: "d2", name: "Renamed" })).toEqual(marksOf({}));
    expect(marksOf({ identifiers: [["hue", "serial-2"]] })).not.toEqual(marksOf({}));
    expect(JSON.stringify(marksOf({}))).not.toContain("serial");
  });

  it.each([
    [
      "one entry, as since 2026.8",
      { config_entry_id: "e3", primary_config_entry: "e2", config_entries: ["e1", "e2", "e3"] },
      ["e3", "e1", "e2"],
    ],
    ["a primary one, as before", { primary_config_entry: "e2", config_entries: ["e1", "e2"] }, ["e2", "e1"]],
    ["only a list, as in 2024", { config_entries: ["e1", "e2"] }, ["e1", "e2"]],
    ["none", { config_entries: [] }, []],
  ])("knows the integrations of a device that names %s", (_what, row, keys) => {
    expect(inventoryOf(parse({ devices: [{ ...device, ...row }] })).devices[0]?.integrationKeys).toEqual(keys);
  });

  it("looks for the room of a child device at its parent", () => {
    const told = inventoryOf(
      parse({
        areas: [{ area_id: "hall", name: "Hall" }],
        devices: [
          { ...device, area_id: "hall" },
          { id: "child", name: "Channel 2", parent_device_id: "d1" },
        ],
      }),
    );

    expect(told.devices[1]).toMatchObject({ key: "child", roomKey: "hall", upstreamKey: "d1", kind: "other" });
  });

  it.each([
    ["a switched-off device", { devices: [{ ...device, disabled_by: "user" }] }, "devices"],
    [
      "an ignored discovery",
      { entries: [{ entry_id: "e9", domain: "hue", title: "x", state: "not_loaded", source: "ignore" }] },
      "integrations",
    ],
  ] as const)("leaves out %s", (_what, facts, list) => {
    expect(inventoryOf(parse(facts))[list]).toEqual([]);
  });

  it("keeps what is switched off in the registry as switched off", () => {
    const entities = [
      { id: "r1", entity_id: "sensor.rssi", disabled_by: "integration", entity_category: "diagnostic" },
    ];

    expect(inventoryOf(parse({ entities })).entities[0]).toMatchObject({ disabled: true, diagnostic: true });
  });

  it("names an entity without state behind its device", () => {
    const entities = [{ id: "r1", entity_id: "sensor.rssi", device_id: "d1", original_name: "Signal" }];

    expect(inventoryOf(parse({ devices: [device], entities })).entities[0]?.name).toBe("Bridge Signal");
  });

  it("takes in what has a state and no registration", () => {
    const shown = [{ entityId: "sun.sun", name: "Sun", deviceClass: undefined, unit: undefined }];

    expect(inventoryOf(parse({ shown })).entities).toEqual([
      {
        key: "sun.sun",
        label: "sun.sun",
        marks: [],
        name: "Sun",
        kind: "other",
        private: false,
        diagnostic: false,
        disabled: false,
      },
    ]);
  });

  it("says who has to sign in, and what the integration said", () => {
    const entries = [{ entry_id: "e1", domain: "nest", title: "", state: "setup_error", reason: "expired" }];

    expect(inventoryOf(parse({ entries, signIns: new Set(["e1"]) })).integrations).toEqual([
      {
        key: "e1",
        name: "nest",
        domain: "nest",
        state: "setup_error",
        reason: "expired",
        needsSignIn: true,
        disabled: false,
      },
    ]);
  });

  it("names nothing that is not there: a room that was deleted, a device that is switched off", () => {
    const entities = [{ id: "r1", entity_id: "light.a", area_id: "gone", device_id: "gone" }];

    expect(
      inventoryOf(parse({ entities, devices: [{ ...device, via_device_id: "gone", area_id: "gone" }] })),
    ).toMatchObject({
      devices: [expect.not.objectContaining({ upstreamKey: expect.anything(), roomKey: expect.anything() })],
      entities: [expect.not.objectContaining({ deviceKey: expect.anything(), roomKey: expect.anything() })],
    });
  });
});

describe("rows of a registry", () => {
  it.each([
    ["not a list", { a: 1 }, 0],
    ["nothing", null, 0],
    ["rows of other kinds", [7, null, "x", [], {}], 0],
    ["a row without its id", [{ name: "x" }], 0],
    [
      "a row whose fields are of other types",
      [{ id: "d1", name: 7, identifiers: "x", connections: null, config_entries: 3 }],
      1,
    ],
  ])("that are %s are dropped and counted", (_what, value, kept) => {
    let dropped = 0;
    const rows = rowsOf(DeviceRow, value, () => {
      dropped += 1;
    });

    expect(rows).toHaveLength(kept);
    expect(dropped > 0 || kept > 0).toBe(true);
  });
});
