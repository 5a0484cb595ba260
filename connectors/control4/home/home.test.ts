import { describe, expect, it } from "vitest";
import { ItemRow, VariableRow } from "../schema.ts";
import { LiveHome } from "./home.ts";

const rows = [
  { id: 14, name: "Hall", type: 8, typeName: "room" },
  { id: 3176, name: "Pendants", type: 6, roomId: 14, manufacturer: "Control4" },
  { id: 3177, name: "Pendants", type: 7, proxy: "light_v2", parentId: 3176, roomId: 14 },
  { id: 100_002, name: "data" },
].map((row) => ItemRow.parse(row));
const level = (value: unknown) => [VariableRow.parse({ id: 3177, varName: "LIGHT_LEVEL", value })];

describe("a home that is read while it is told about", () => {
  it("never lets a read that began before a push overwrite it", () => {
    const home = new LiveHome();
    home.replace(rows, level(10), [], home.moment);
    const moment = home.moment;
    home.push(3177, [["LIGHT_LEVEL", 80]]);

    home.replace(rows, level(10), [], moment);
    expect(home.variable(3177, "LIGHT_LEVEL")).toBe(80);
    home.refresh(undefined, level(10), moment);
    expect(home.variable(3177, "LIGHT_LEVEL")).toBe(80);

    home.refresh(undefined, level(20), home.moment);
    expect(home.variable(3177, "LIGHT_LEVEL")).toBe(20);
  });

  it("tells only what changed, and takes away what is no more", () => {
    const home = new LiveHome();
    home.replace(rows, level(50), [], 0);
    expect(home.all(1)).toMatchObject([{ key: "3177", state: "on", attributes: { brightness: 128 }, since: 1 }]);
    expect(home.changes(2)).toEqual([]);

    home.push(3177, [["LIGHT_LEVEL", 0]]);

    expect(home.changes(3, [3177])).toMatchObject([{ state: "off", removedAttributes: ["brightness"], since: 3 }]);
  });

  it("makes a device of the driver with its make, and passes over a row of which nothing is known", () => {
    const home = new LiveHome();
    home.replace(rows, level(50), [], 0);

    expect(home.inventory.devices).toMatchObject([{ key: "3176", make: "Control4", roomKey: "14", kind: "light" }]);
    expect(home.inventory.entities.map(({ label }) => label)).toEqual(["light_v2.3177"]);
  });
});
