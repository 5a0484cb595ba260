import { newCode } from "@caretaker/reach/agent-proof.ts";
import { describe, expect, it } from "vitest";
import { lineAddress, readHubAddress } from "./address.ts";

const code = newCode();

describe("the hub's address", () => {
  it.each([
    ["https://care.example.com", "https://care.example.com"],
    ["https://care.example.com/", "https://care.example.com"],
    [" care.example.com:8443 ", "https://care.example.com:8443"],
    ["https://care.example.com/agent", "https://care.example.com"],
    ["http://localhost:4400", "http://localhost:4400"],
    ["http://[::1]:4400", "http://[::1]:4400"],
  ])("is read from %j", (given, origin) => {
    expect(readHubAddress(given)).toEqual({ origin, code: null });
  });

  it("is read with its code from the link of the picture", () => {
    expect(readHubAddress(`https://care.example.com/agent#${code}`)).toEqual({
      origin: "https://care.example.com",
      code,
    });
  });

  it.each([
    ["http://care.example.com", "readable on the way"],
    ["http://192.168.1.20:4400", "readable on the way"],
    ["ws://care.example.com", "readable on the way"],
    ["http://localhost.example.com", "readable on the way"],
    ["ftp://care.example.com", "readable on the way"],
    ["https://user:pass@care.example.com", "no name or password"],
    ["https://care.example.com/other", "ends after its name and port"],
    ["https://care.example.com/?hub=other", "ends after its name and port"],
    ["https://care.example.com/agent#1234", "not whole"],
    ["", "is not an address"],
    ["https://", "is not an address"],
  ])("is refused in words: %j", (given, words) => {
    expect(() => readHubAddress(given)).toThrow(words);
  });

  it("becomes a WebSocket's, with TLS where it has TLS", () => {
    expect(lineAddress("https://care.example.com")).toBe("wss://care.example.com/agent");
    expect(lineAddress("http://localhost:4400")).toBe("ws://localhost:4400/agent");
  });
});
