import { describe, expect, it } from "vitest";
import { Entities } from "./entities.ts";

const bytes = (id: string, before = ""): [Uint8Array, number, number] => {
  const all = Buffer.from(`${before}${id}" and more`);
  return [all, before.length, before.length + id.length];
};
const put = (entities: Entities, id: string) => entities.add(id, `key of ${id}`);

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

    const attic = put(entities, "light.attic");
    expect(entities.at(...bytes("light.attic"))).toBe(attic);
  });

  it("remember each what it said last, also when others took the place of what is gone", () => {
    const entities = new Entities();
    const all = Array.from({ length: 200 }, (_, index) => put(entities, `sensor.s${index}`));
    const states = ["on", "", "21.5", "unavailable", "x".repeat(23), "x".repeat(24), "21 °C", "日本", "a".repeat(300)];
    for (const [index, entity] of all.entries()) {
      entity.state = states[index % states.length] ?? "";
      entity.since = 1_795_440_778_395 + index;
      entity.at = 1_795_440_778_395.5 + index;
    }

    for (const entity of all.slice(0, 100)) entities.delete(entity.entityId);
    const late = Array.from({ length: 150 }, (_, index) => put(entities, `light.l${index}`));

    for (const entity of late) expect(entity).toMatchObject({ state: "unknown", since: 0, at: 0 });
    expect(new Set([...entities.values()].map(({ place }) => place)).size).toBe(250);
    for (const [index, entity] of all.entries())
      if (index >= 100)
        expect(entity).toMatchObject({
          state: states[index % states.length],
          since: 1_795_440_778_395 + index,
          at: 1_795_440_778_395.5 + index,
        });
  });

  it("may say something short, long, and short again", () => {
    const { said } = new Entities();
    const place = said.take();
    const written = Buffer.from("..off..");

    for (const state of ["on", "x".repeat(60), "off"]) {
      said.setState(place, state);
      expect(said.state(place)).toBe(state);
    }
    said.setState(place, "x".repeat(60));
    said.setStateFrom(place, "off", written, 2);
    expect(said.state(place)).toBe("off");
  });
});
