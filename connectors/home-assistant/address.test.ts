import { describe, expect, it } from "vitest";
import { parseAddress, targetOf } from "./address.ts";

describe("the address of a Home Assistant", () => {
  it.each([
    ["homeassistant.local", "http://homeassistant.local:8123", 8123, false],
    ["homeassistant.local:80", "http://homeassistant.local", 80, false],
    ["192.168.1.20:8123", "http://192.168.1.20:8123", 8123, false],
    [" http://192.168.1.20:8123/ ", "http://192.168.1.20:8123", 8123, false],
    ["http://homeassistant.local", "http://homeassistant.local", 80, false],
    ["https://home.example", "https://home.example", 443, true],
    ["https://home.example:8443", "https://home.example:8443", 8443, true],
    ["HTTP://Home.Example:8123", "http://home.example:8123", 8123, false],
    ["http://[fd12::1]:8123", "http://[fd12::1]:8123", 8123, false],
  ])("%s is %s", (typed, base, port, tls) => {
    expect(parseAddress(typed)).toMatchObject({ base, port, tls });
  });

  it.each([
    ["", "nothing"],
    ["ftp://home.example", "another scheme"],
    ["ws://home.example:8123", "another scheme"],
    ["http://user:pass@home.example", "a password"],
    ["http://home.example:8123/lovelace", "a page"],
    ["http://home.example:8123/?a=1", "a query"],
    ["http://home.example:8123/#x", "a fragment"],
    ["http://", "no host"],
    ["http://home.example:99999", "no port"],
    ["javascript:alert(1)", "a script"],
  ])("%s is none: %s", (typed) => {
    expect(parseAddress(typed)).toBeUndefined();
  });

  it("leads to the WebSocket of the same host and port", () => {
    expect(parseAddress("https://home.example")?.webSocket).toBe("wss://home.example/api/websocket");
    expect(parseAddress("home.example")?.webSocket).toBe("ws://home.example:8123/api/websocket");
  });

  it("leads through the Supervisor's proxy where that was typed", () => {
    expect(parseAddress("http://supervisor/core")).toEqual({
      base: "http://supervisor/core",
      webSocket: "ws://supervisor/core/websocket",
      isProxied: true,
      host: "supervisor",
      port: 80,
      tls: false,
    });
    expect(parseAddress("http://supervisor/core/")?.base).toBe("http://supervisor/core");
    expect(parseAddress("http://supervisor/core/api")).toBeUndefined();
    expect(parseAddress("http://supervisor/auth")).toBeUndefined();
  });

  it("carries the certificate that a person said yes to", () => {
    const address = parseAddress("https://[fd12::1]:8123");

    expect(address && targetOf(address, "AA:BB")).toEqual({
      host: "fd12::1",
      port: 8123,
      tls: true,
      pinnedCertificate: "AA:BB",
    });
  });
});
