import { describe, expect, it } from "vitest";
import { isPrivate } from "./private.ts";

describe("what is private", () => {
  it.each([
    ["a lock", { domain: "lock" }],
    ["an alarm", { domain: "alarm_control_panel" }],
    ["a siren", { domain: "siren" }],
    ["a camera", { domain: "camera" }],
    ["a picture of it", { domain: "image" }],
    ["a microphone", { domain: "assist_satellite" }],
    ["a person", { domain: "person" }],
    ["how many are at home", { domain: "zone" }],
    ["a phone", { domain: "device_tracker" }],
    ["where a phone is", { domain: "sensor", platform: "mobile_app" }],
    ["blood sugar", { domain: "sensor", platform: "dexcom" }],
    ["a garage door", { domain: "cover", deviceClass: "garage" }],
    ["a gate", { domain: "cover", deviceClass: "gate" }],
    ["whether somebody is there", { domain: "binary_sensor", deviceClass: "occupancy" }],
    ["whether a lock is open", { domain: "binary_sensor", deviceClass: "lock" }],
    ["carbon monoxide", { domain: "binary_sensor", deviceClass: "carbon_monoxide" }],
    ["an agenda", { domain: "calendar" }],
  ])("%s", (_what, entity) => {
    expect(isPrivate(entity)).toBe(true);
  });

  it.each([
    ["a lamp", { domain: "light" }],
    ["a blind", { domain: "cover", deviceClass: "blind" }],
    ["a battery", { domain: "sensor", deviceClass: "battery" }],
    ["a thermostat", { domain: "climate" }],
    ["whether a bridge is connected", { domain: "binary_sensor", deviceClass: "connectivity" }],
    ["an outlet", { domain: "switch", deviceClass: "outlet", platform: "shelly" }],
  ])("and not %s", (_what, entity) => {
    expect(isPrivate(entity)).toBe(false);
  });
});
