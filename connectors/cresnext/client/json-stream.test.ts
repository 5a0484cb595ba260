import { expect, it } from "vitest";
import { JsonStream } from "./json-stream.ts";

function listen() {
  const taken: unknown[] = [];
  const garbage: string[] = [];
  const clock = { now: 0 };
  const stream = new JsonStream(
    (value) => taken.push(value),
    (what) => garbage.push(what),
    () => clock.now,
  );
  return { taken, garbage, clock, stream };
}

it("makes one message of pieces, and two of one piece", () => {
  const { stream, taken } = listen();

  for (const piece of ['{"a":', '"}"', '}{"b":1}\r\n[2]']) stream.feed(piece);

  expect(taken).toEqual([{ a: "}" }, { b: 1 }, [2]]);
});

it("hears what is said after a message that was cut, and does not wait for its end for ever", () => {
  const { stream, taken, garbage, clock } = listen();
  stream.feed('{"Device":{"Display":{"CurrentS');
  clock.now += 19_000;
  stream.feed('{"lost":1}');
  expect(taken).toEqual([]);

  clock.now += 2000;
  stream.feed('{"heard":1}');

  expect(taken).toEqual([{ heard: 1 }]);
  expect(garbage).toEqual(["a message that was cut"]);
});
