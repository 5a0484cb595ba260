import { describe, expect, it } from "vitest";
import { canonicalHost, reachOf, saysLoopback } from "./addresses.ts";

describe("the reach of an address", () => {
  it.each([
    ["192.168.1.20", "allowed"],
    ["10.0.0.5", "allowed"],
    ["172.16.4.4", "allowed"],
    ["100.64.3.2", "allowed"],
    ["93.184.216.34", "allowed"],
    ["fd12:3456::1", "allowed"],
    ["2001:4860:4860::8888", "allowed"],
    ["::ffff:192.168.1.20", "allowed"],
    ["127.0.0.1", "loopback"],
    ["127.255.0.3", "loopback"],
    ["::1", "loopback"],
    ["::ffff:127.0.0.1", "loopback"],
    ["0.0.0.0", "never"],
    ["0.1.2.3", "never"],
    ["::", "never"],
    ["169.254.169.254", "never"],
    ["169.254.1.1", "never"],
    ["fe80::1", "never"],
    ["fe80::1%eth0", "never"],
    ["::ffff:169.254.169.254", "never"],
    ["fd00:ec2::254", "never"],
    ["100.100.100.200", "never"],
    ["168.63.129.16", "never"],
    ["224.0.0.1", "never"],
    ["255.255.255.255", "never"],
    ["240.0.0.1", "never"],
    ["ff02::1", "never"],
    ["64:ff9b::7f00:1", "never"],
    ["2002:7f00:1::", "never"],
    ["not an address", "never"],
  ])("calls %s %s", (address, reach) => {
    expect(reachOf(address)).toBe(reach);
  });
});

describe("a host", () => {
  it.each([
    ["HomeAssistant.Local", "homeassistant.local"],
    ["homeassistant.local.", "homeassistant.local"],
    ["bücher.example", "xn--bcher-kva.example"],
    ["2130706433", "127.0.0.1"],
    ["0x7f.1", "127.0.0.1"],
    ["017700000001", "127.0.0.1"],
    ["[::1]", "::1"],
    ["fd12::0001", "fd12::1"],
  ])("written as %s is %s", (written, host) => {
    expect(canonicalHost(written)).toBe(host);
  });

  it.each(["a/b", "a@b", "a:80", "a b", "", "a?b", "a#b", "a\\b", "[::1"])("is not %j", (written) => {
    expect(canonicalHost(written)).toBeUndefined();
  });

  it("says loopback only by its own spelling", () => {
    expect(["localhost", "127.0.0.1", "::1"].map(saysLoopback)).toEqual([true, true, true]);
    expect(["localhost.evil.example", "192.168.1.2", "gateway.test"].map(saysLoopback)).toEqual([false, false, false]);
  });
});
