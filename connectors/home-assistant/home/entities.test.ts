import { describe, expect, it } from "vitest";
import { Entities } from "./entities.ts";
import { newEntity } from "./entity.ts";

const bytes = (id: string, before = ""): [Uint8Array, number, number] => {
  const all = Buffer.from(`${before}${id}" and more`);
  return [all, before.length, before.length + id.length];
};
const put = (entities: Entities, id: string) => {
  const entity = newEntity(id, `key of ${id}`);
  entities.set(id, entity);
  return entity;
};

describe("entities of a home", () => {
  it("are each found by the bytes of their id, wherever those stand", () => {
    const entities = new Entities();
    const all = Array.from({ length: 3000 }, (_, index) => put(entities, `sensor.room_${index}_temperature`));

    for (const entity of all) expect(entities.at(...bytes(entity.entityId, '{"c":{"'))).toBe(entity);
  });

  it("are not mistaken for one with a longer, a shorter or another name", () => {
    const entities = new Entities();
    put(entities, "light.hall");

    for (const id of ["light.hal", "light.hall_", "light.hell", "", "light.hall2"])
      expect(entities.at(...bytes(id))).toBeUndefined();
  });

  it("are found anew after others came and went", () => {
    const entities = new Entities();
    const hall = put(entities, "light.hall");
    expect(entities.at(...bytes("light.hall"))).toBe(hall);

    const stairs = put(entities, "light.stairs");
    expect(entities.at(...bytes("light.stairs"))).toBe(stairs);

    entities.delete("light.hall");
    expect(entities.at(...bytes("light.hall"))).toBeUndefined();
    expect(entities.at(...bytes("light.stairs"))).toBe(stairs);

    const other = put(entities, "light.stairs");
    expect(entities.at(...bytes("light.stairs"))).toBe(other);

    entities.clear();
    expect(entities.at(...bytes("light.stairs"))).toBeUndefined();
  });
});
