import { describe, expect, it } from "vitest";
import { faultOf, parseJson } from "./client/fault.ts";
import { LiveHome } from "./home/home.ts";
import { readPush } from "./normalise/push.ts";
import { ItemRow, rowsOf, VariableRow } from "./schema.ts";

/** The same numbers in every run, so that what fails once fails again. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const WORDS = [
  "iddevice",
  "data",
  "id",
  "name",
  "varName",
  "value",
  "LIGHT_LEVEL",
  "is_connected",
  "error",
  "code",
  "C4ErrorResponse",
  "type",
  "parentId",
  "__proto__",
  "constructor",
  "roomId",
];

function anything(roll: () => number, depth = 0): unknown {
  const kind = Math.floor(roll() * (depth > 5 ? 7 : 9));
  const size = Math.floor(roll() * 5);
  if (kind === 0) return null;
  if (kind === 1) return roll() * 10 ** Math.floor(roll() * 20) * (roll() < 0.3 ? -1 : 1);
  if (kind === 2) return roll() < 0.5;
  if (kind === 3) return WORDS[Math.floor(roll() * WORDS.length)];
  if (kind === 4) return Math.floor(roll() * 4000);
  if (kind === 5) return "x".repeat(Math.floor(roll() * 3000));
  if (kind === 6) return String.fromCharCode(...Array.from({ length: size }, () => Math.floor(roll() * 65_536)));
  if (kind === 7) return Array.from({ length: size }, () => anything(roll, depth + 1));
  return JSON.parse(
    `{${Array.from({ length: size }, () => `${JSON.stringify(WORDS[Math.floor(roll() * WORDS.length)])}:${JSON.stringify(anything(roll, depth + 1)) ?? "null"}`).join(",")}}`,
  );
}

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
      for (const { item, values } of readPush(wrong, drop)) home.push(item, values);
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
