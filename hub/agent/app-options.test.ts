import { expect, it } from "vitest";
import { settingsOfApp } from "./app-options.ts";
import { readSettings } from "./settings.ts";

it("is behind Home Assistant's door, with nothing else to say", () => {
  const settings = readSettings({}, settingsOfApp("{}", "/data", undefined));

  expect(settings).toEqual({
    data: "/data",
    host: "0.0.0.0",
    port: 8099,
    names: [],
    ingress: true,
    switch: "input_boolean.caretaker_service_access",
    ownHomeAssistant: null,
  });
});

it("pairs by what somebody typed into Home Assistant", () => {
  const options = JSON.stringify({ hub_url: "https://care.example", pairing_code: "ABCD" });

  expect(readSettings({}, settingsOfApp(options, "/data", undefined))).toMatchObject({
    hub: "https://care.example",
    code: "ABCD",
  });
});

it("takes an empty field for none", () => {
  expect(settingsOfApp('{"hub_url":"","pairing_code":"","switch":""}', "/data", undefined)).toEqual(
    settingsOfApp("{}", "/data", undefined),
  );
});

it.each(["", "[", '{"hub_url":1}'])("says what to do where the options are %j", (file) => {
  expect(() => settingsOfApp(file, "/data", undefined)).toThrow("Save its configuration in Home Assistant once more.");
});

it("speaks with Home Assistant through the Supervisor, by the token that it has from it, with nothing typed", () => {
  const token = "f".repeat(112);

  const { ownHomeAssistant, switch: entity } = readSettings(
    {},
    settingsOfApp('{"switch":"input_boolean.cleaner"}', "/data", token),
  );

  expect(ownHomeAssistant).toEqual({ url: "http://supervisor/core", token });
  expect(entity).toBe("input_boolean.cleaner");
});

it("watches no switch where none is wanted", () => {
  expect(readSettings({ switch: "none" }, {}).switch).toBeNull();
});

it.each([
  [{ switch: "light.hall" }, {}, "--switch (CARETAKER_AGENT_SWITCH): is no input_boolean"],
  [{ homeAssistant: "homeassistant" }, {}, "--home-assistant (CARETAKER_AGENT_HOME_ASSISTANT)"],
  [{ homeAssistant: "http://192.168.1.20:8123" }, {}, "CARETAKER_AGENT_HOME_ASSISTANT_TOKEN go together"],
])("refuses %j %j with what is wrong", (flags, env, said) => {
  expect(() => readSettings(flags, env)).toThrow(said);
});
