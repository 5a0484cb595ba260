import { describe, expect, it } from "vitest";
import { inTurn } from "./in-turn.ts";

describe("work in turn", () => {
  it("is begun in its order, never more of it at once, and goes on after what failed", async () => {
    const turn = inTurn(2);
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    const work = (number: number) =>
      turn(async () => {
        begun.push(number);
        await new Promise<void>((resolve) => ends.push(resolve));
        if (number === 1) throw new Error("it failed");
        return number;
      });

    const all = Promise.allSettled([work(1), work(2), work(3), work(4)]);
    expect(begun).toEqual([1, 2]);
    ends[0]?.();
    await expect.poll(() => begun).toEqual([1, 2, 3]);
    ends[1]?.();
    await expect.poll(() => begun).toEqual([1, 2, 3, 4]);
    for (const end of ends) end();

    expect((await all).map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled", "fulfilled"]);
  });
});
