import { Inventory } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { panelOf, withoutZeros } from "./normalise.ts";

const INFO = { Model: "TSW-770", Name: "HALL", SerialNumber: "2107ABC0001234", DeviceVersion: "3.1" };
const systems = (table: unknown) => panelOf({ DeviceInfo: INFO, IpTableV2: table })?.systems ?? [];

describe("a panel", () => {
  it.each([
    ["TSW-1070", "panel"],
    ["TS-770", "panel"],
    ["TST-1080", "panel"],
    ["DM-NVX-363", "media"],
    ["DM-NAX-8ZSA", "media"],
    ["CP4-R", "other"],
  ])("%s is a %s", (Model, kind) => {
    expect(panelOf({ DeviceInfo: { ...INFO, Model } })?.inventory.devices[0]).toMatchObject({ kind, model: Model });
  });

  it("is known again by its serial number, which nobody can read from its mark", () => {
    const [device] = panelOf({ DeviceInfo: INFO })?.inventory.devices ?? [];
    const [other] = panelOf({ DeviceInfo: { ...INFO, Name: "KITCHEN" } })?.inventory.devices ?? [];

    expect(device?.marks).toEqual(other?.marks);
    expect(JSON.stringify(device)).not.toContain(INFO.SerialNumber);
  });

  it("that says nothing but that it is one is still a panel", () => {
    const panel = panelOf({ DeviceInfo: {} });

    expect(panel).toMatchObject({ name: "Crestron device", firmware: null });
    expect(Inventory.safeParse(panel?.inventory).success).toBe(true);
  });

  it("that does not say what it is, is none", () => {
    expect(panelOf({ IpTableV2: { Entries: {} } })).toBeUndefined();
  });
});

describe("its IP table", () => {
  it.each([
    ["by IP id", { Entries: { "3": { Address: "192.168.001.010", Status: "Online" } } }],
    ["as a list", { Entries: [{ IpId: "03", Address: "192.168.1.10", Status: "ONLINE" }] }],
  ])("is read %s", (_how, table) => {
    expect(systems(table)).toMatchObject([
      { key: "ip-03", ipId: "03", address: "192.168.1.10", availability: "online" },
    ]);
  });

  it("keeps two control systems apart that share an IP id", () => {
    const table = {
      Entries: [
        { IpId: "3", Address: "10.0.0.1" },
        { IpId: "3", Address: "10.0.0.2" },
      ],
    };

    expect(systems(table).map(({ key }) => key)).toEqual(["ip-03", "ip-03-10.0.0.2"]);
  });

  it.each([
    [null],
    [7],
    ["x"],
    [{}],
    [{ Entries: 7 }],
    [{ Entries: [null, 7, "x", [], { IpId: "xyz" }, { IpId: {} }] }],
  ])("that is %j has no entries", (table) => {
    expect(systems(table)).toEqual([]);
  });
});

describe("an address", () => {
  it.each([
    ["192.168.001.031", "192.168.1.31"],
    ["192.168.1.31", "192.168.1.31"],
    ["cp4-rack", "cp4-rack"],
    ["fe80::1", "fe80::1"],
  ])("%s is %s", (said, meant) => {
    expect(withoutZeros(said)).toBe(meant);
  });
});
