import type { Connector } from "@caretaker/protocol";
import { connectors } from "@caretaker/reach/makes.ts";
import { expect, it } from "vitest";
import { withOwnToken } from "./home-assistant.ts";

const [homeAssistant, another] = connectors as [Connector, Connector];
const OWN = { url: "http://supervisor/core", token: "the-token-of-this-app" };

it.each(["http://supervisor/core", "http://supervisor/core/", "http://SUPERVISOR:80/core"])(
  "adds the agent's own token where the hub names %s and gives none",
  (url) => {
    expect(withOwnToken(homeAssistant, { url }, OWN)).toEqual({ url, token: OWN.token });
  },
);

it.each([
  { url: "http://supervisor" },
  { url: "http://supervisor/core2" },
  { url: "http://supervisor:81/core" },
  { url: "https://supervisor/core" },
  { url: "http://supervisor.evil.example/core" },
  { url: "http://evil.example/core" },
  { url: "http://supervisor@evil.example/core" },
  { url: "supervisor/core" },
  { url: ["http://supervisor/core"] },
  {},
])("does not carry it to %j", (config) => {
  expect(withOwnToken(homeAssistant, config, OWN)).toEqual(config);
});

it("leaves alone what has a token, other makes, and all where it has none", () => {
  const given = { url: OWN.url, token: "another-token-of-the-home" };

  expect(withOwnToken(homeAssistant, given, OWN)).toBe(given);
  expect(withOwnToken(another, { url: OWN.url }, OWN)).toEqual({ url: OWN.url });
  expect(withOwnToken(homeAssistant, { url: OWN.url }, null)).toEqual({ url: OWN.url });
});
