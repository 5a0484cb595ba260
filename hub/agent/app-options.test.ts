import { expect, it } from "vitest";
import { settingsOfApp } from "./app-options.ts";
import { readSettings } from "./settings.ts";

it("is behind Home Assistant's door, with nothing else to say", () => {
  const settings = readSettings({}, settingsOfApp("{}", "/data"));

  expect(settings).toEqual({ data: "/data", host: "0.0.0.0", port: 8099, names: [], ingress: true });
});

it("pairs by what somebody typed into Home Assistant", () => {
  const options = JSON.stringify({ hub_url: "https://care.example", pairing_code: "ABCD" });

  expect(readSettings({}, settingsOfApp(options, "/data"))).toMatchObject({
    hub: "https://care.example",
    code: "ABCD",
  });
});

it("takes an empty field for none", () => {
  expect(settingsOfApp('{"hub_url":"","pairing_code":""}', "/data")).toEqual(settingsOfApp("{}", "/data"));
});

it.each(["", "[", '{"hub_url":1}'])("says what to do where the options are %j", (file) => {
  expect(() => settingsOfApp(file, "/data")).toThrow("Save its configuration in Home Assistant once more.");
});
