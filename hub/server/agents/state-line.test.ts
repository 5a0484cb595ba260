import { AgentMessage } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { readStateLine } from "./state-line.ts";

const LINE =
  '{"kind":"events","gatewayId":"01990000-0000-7000-8000-000000000001","events":[{"type":"states","full":false,"changes":[{"key":"01M849R74V12HPDMJNCMJNBJTA","place":12,"state":"21.5","available":"online","since":1795440778395,"at":1795440778401}]}]}';

const read = (text: string) => {
  const bytes = Buffer.from(text);
  return readStateLine(bytes, 0, bytes.length);
};

/** The same as the schema reads it. */
function parsed(text: string): unknown {
  const message = AgentMessage.parse(JSON.parse(text));
  if (message.kind !== "events" || message.events[0]?.type !== "states") throw new Error("no change of a state");
  return { gatewayId: message.gatewayId, change: message.events[0].changes[0] };
}

describe("a change of one state that an agent tells", () => {
  it.each([
    [LINE],
    [LINE.replace("21.5", "")],
    [LINE.replace("12", "99999")],
    [LINE.replace("01M849R74V12HPDMJNCMJNBJTA", "sensor.hall")],
  ])("is read from its bytes as the schema reads it: %s", (text) => {
    expect(read(text)).toEqual(parsed(text));
  });

  it.each([
    [""],
    ["{}"],
    ["not JSON"],
    [` ${LINE}`],
    [`${LINE} `],
    [LINE.slice(0, -1)],
    [LINE.replace('"full":false', '"full":true')],
    [LINE.replace("online", "offline")],
    [LINE.replace('"place":12', '"place":-1')],
    [LINE.replace('"place":12', '"place":1.5')],
    [LINE.replace('"place":12', '"place":1e3')],
    [LINE.replace("1795440778395", "1795440778395.25")],
    [LINE.replace('"place":12,', "")],
    [LINE.replace("21.5", "21 °C")],
    [LINE.replace("21.5", 'a \\"quote\\"')],
    [LINE.replace('"21.5"', "null")],
    [LINE.replace("0199", "019")],
    [LINE.replace('"at":1795440778401', '"at":1795440778401,"attributes":{}')],
  ])("is left to the schema where it is anything else: %s", (text) => {
    expect(read(text)).toBeUndefined();
  });

  it("is never read past its end, nor otherwise than by the schema, whatever was garbled", () => {
    let taken = 0;
    for (let round = 0; round < 20_000; round += 1) {
      const bytes = Buffer.from(`${LINE}${LINE}`);
      for (let changes = 1 + (round % 3); changes > 0; changes -= 1)
        bytes[(round * 7919 + changes * 104_729) % LINE.length] = 0x20 + ((round * 31 + changes * 17) % 0x60);
      const line = readStateLine(bytes, 0, LINE.length);
      if (line === undefined) continue;
      taken += 1;
      const text = bytes.toString("latin1", 0, LINE.length);
      const message = JSON.parse(text) as { gatewayId: string; events: { changes: unknown[] }[] };
      expect(line).toEqual({ gatewayId: message.gatewayId, change: message.events[0]?.changes[0] });
    }
    expect(taken).toBeGreaterThan(1000);
  });
});
