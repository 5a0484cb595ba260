import { describe, expect, it } from "vitest";
import { readStateChange } from "./state-change.ts";

const MESSAGE =
  '{"id":3,"type":"event","event":{"c":{"sensor.hall":{"+":{"s":"21.5","lc":1795440778.395451,"c":"01M849R74V12HPDMJNCMJNBJTA"}}}}}';

const read = (text: string) => {
  const bytes = Buffer.from(text);
  const message = readStateChange(bytes, 0, bytes.length);
  if (message === undefined) return undefined;
  const { id, entityFrom, entityTo, state, changed, updated } = message;
  return { id, entityId: message.bytes.toString("latin1", entityFrom, entityTo), state, changed, updated };
};

/** The same message as JSON.parse reads it; undefined where it says anything more. */
function parsed(text: string): unknown {
  const { id, event } = JSON.parse(text) as {
    id: number;
    event: { c: Record<string, { "+": { s?: string; lc?: number; lu?: number } }> };
  };
  const [entityId, difference] = Object.entries(event.c)[0] ?? [];
  const { s: state, lc: changed, lu: updated } = difference?.["+"] ?? {};
  return { id, entityId, state, changed, updated };
}

describe("a plain change of a state", () => {
  it.each([
    [MESSAGE],
    [MESSAGE.replace('"lc"', '"lu"')],
    [MESSAGE.replace('"s":"21.5",', "")],
    [MESSAGE.replace("21.5", "")],
    [MESSAGE.replace('"c":"01M849R74V12HPDMJNCMJNBJTA"', '"s":"again"')],
    [MESSAGE.replace("1795440778.395451", "1795440778")],
    [MESSAGE.replace("1795440778.395451", "1795507200.1234567")],
    [MESSAGE.replace("1795440778.395451", "123456789012345678901")],
    [MESSAGE.replace('"id":3', '"id":123456')],
  ])("is read from its bytes as JSON.parse reads it: %s", (text) => {
    expect(read(text)).toEqual(parsed(text));
  });

  it.each([
    [""],
    ["{}"],
    ["not JSON"],
    ['{"id":3,"type":"result","success":true,"result":null}'],
    [`[${MESSAGE}]`],
    [` ${MESSAGE}`],
    [`${MESSAGE} `],
    [MESSAGE.slice(0, -1)],
    [`${MESSAGE}}`],
    [MESSAGE.replace("21.5", 'a \\"quote\\"')],
    [MESSAGE.replace("21.5", "21 °C")],
    [MESSAGE.replace("21.5", "a\tb")],
    [MESSAGE.replace('"21.5"', "21.5")],
    [MESSAGE.replace('"21.5"', "null")],
    [MESSAGE.replace("1795440778.395451", "-1")],
    [MESSAGE.replace("1795440778.395451", "01")],
    [MESSAGE.replace("1795440778.395451", "1.")],
    [MESSAGE.replace("1795440778.395451", "1.2.3")],
    [MESSAGE.replace("1795440778.395451", "1e9")],
    [MESSAGE.replace("1795440778.395451", '"1"')],
    [MESSAGE.replace("1795440778.395451", "1".repeat(40))],
    [MESSAGE.replace('"c":"01M849R74V12HPDMJNCMJNBJTA"', '"a":{}')],
    [MESSAGE.replace('"c":"01M849R74V12HPDMJNCMJNBJTA"', '"c":{"id":"01"}')],
    [MESSAGE.replace("}}}}}", '},"-":{"a":["effect"]}}}}}')],
    [MESSAGE.replace("}}}}}", '}},"sensor.stairs":{"+":{"s":"1"}}}}}')],
  ])("is left to JSON.parse when it is anything else: %s", (text) => {
    expect(read(text)).toBeUndefined();
  });

  it("reads nothing from what stands around it in the buffer", () => {
    const bytes = Buffer.from(`${MESSAGE}${MESSAGE}`);

    for (let to = 0; to < MESSAGE.length; to += 1) expect(readStateChange(bytes, 0, to)).toBeUndefined();
    expect(readStateChange(bytes, MESSAGE.length, bytes.length)).toMatchObject({ state: "21.5" });
  });

  it("never reads anything but what JSON.parse reads, whatever was garbled", () => {
    const alphabet = '{}[]",:.0123456789eE+-\\ slcu\u0000\u007f°';
    let seed = 17;
    const random = (below: number): number => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return Math.floor((seed / 2147483648) * below);
    };
    let taken = 0;
    for (let round = 0; round < 60_000; round += 1) {
      let text = MESSAGE;
      for (let times = random(3); times >= 0; times -= 1) {
        const where = random(text.length);
        const letter = alphabet[random(alphabet.length)];
        text = `${text.slice(0, where)}${letter}${text.slice(where + random(3))}`;
      }
      const message = read(text);
      if (message === undefined) continue;
      taken += 1;
      expect(message).toEqual(parsed(text));
    }
    expect(taken).toBeGreaterThan(1000);
  });
});
