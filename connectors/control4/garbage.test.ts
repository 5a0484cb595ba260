import { describe, expect, it } from "vitest";
import { faultOf, parseJson } from "./client/fault.ts";
import { LiveHome } from "./home/home.ts";
import { readPush } from "./normalise/push.ts";
import { ItemRow, rowsOf, VariableRow } from "./schema.ts";
import { anything, dice } from "./test-garbage.ts";

describe("ten thousand things that no controller says", () => {
  it("are taken or passed over, and never thrown at", () => {
    const roll = dice(4);
    const home = new LiveHome();
    let dropped = 0;
    const drop = (): void => {
      dropped += 1;
    };
    for (let time = 0; time < 10_000; time += 1) {
      const wrong = anything(roll);
      const pushed = readPush(wrong);
      if (pushed === undefined) drop();
      else home.push(pushed.item, pushed.values);
      if (time % 10 === 0) {
        home.replace(rowsOf(ItemRow, wrong, drop), rowsOf(VariableRow, anything(roll), drop), [], home.moment);
        home.all(time);
      }
      const text = JSON.stringify(wrong) ?? "";
      const cut = text.slice(0, Math.floor(roll() * text.length));
      faultOf(cut, parseJson(cut));
      faultOf(text, parseJson(text));
    }

    expect(dropped).toBeGreaterThan(5000);
    expect(({} as Record<string, unknown>).LIGHT_LEVEL).toBeUndefined();
  });
});
