import { createTestClock } from "@caretaker/kit";
import { describe, expect, it } from "vitest";
import { openHome } from "./test-helpers.ts";

const sent = (home: Awaited<ReturnType<typeof openHome>>) =>
  home.fake.acts.map(({ item, command, params }) => [item, command, params]);

describe("an exercise", () => {
  it.each([
    ["Hall pendants", "LIGHT_LEVEL", "SET_LEVEL", { LEVEL: 50 }, { LEVEL: 70 }],
    ["Bedroom lamps", "LIGHT_LEVEL", "SET_LEVEL", { LEVEL: 20 }, { LEVEL: 0 }],
    ["Bedroom blind", "Level", "SET_LEVEL_TARGET", { LEVEL_TARGET: 90 }, { LEVEL_TARGET: 100 }],
    ["Thermostat", "HEAT_SETPOINT_C", "SET_SETPOINT_HEAT", { CELSIUS: 20.5 }, { CELSIUS: 21 }],
  ])("of %s moves it a little, is told of it, and puts it back", async (name, variable, command, there, back) => {
    await using home = await openHome();
    const { row, variables } = home.fake.house.find(name);
    const before = Number(variables.get(variable));

    await home.act("entity.exercise", { entity: home.key("entities", name) });

    expect(sent(home)).toEqual([
      [row.id, command, there],
      [row.id, command, back],
    ]);
    expect(Number(variables.get(variable))).toBe(before);
  });

  it("of what takes the command and does nothing puts it back all the same, and does not say that it was done", async () => {
    const clock = createTestClock(new Date().toISOString());
    await using home = await openHome({ clock });
    home.fake.house.wedge("Hall pendants");

    const act = home.act("entity.exercise", { entity: home.key("entities", "Hall pendants") });
    let error: unknown;
    act.catch((failure: unknown) => {
      error = failure;
    });
    await expect.poll(() => home.fake.acts.length).toBe(1);
    await clock.forward("15s");

    await expect.poll(() => error).toMatchObject({ code: "gateway_misbehaving" });
    expect((error as { meta: object }).meta).not.toHaveProperty("isSent");
    expect(home.fake.acts.map(({ params }) => params)).toEqual([{ LEVEL: 50 }, { LEVEL: 70 }]);
  });

  it("moves lights, blinds and thermostats, and nothing else, whatever it is told", async () => {
    await using home = await openHome();
    const { entities, devices, rooms } = home.inventory();
    const movable = ["Hall pendants", "Bedroom lamps", "Bedroom blind", "Thermostat"];
    const tried = [...entities, ...devices, ...rooms]
      .filter(({ name }) => !movable.includes(name))
      .map(({ key }) => key);

    for (const entity of [...tried, "307", "401", "-1", "__proto__", ""])
      await expect(home.act("entity.exercise", { entity })).rejects.toMatchObject({
        code: "step_failed",
        meta: { isSent: false },
      });

    expect(home.fake.acts).toEqual([]);
  });
});
