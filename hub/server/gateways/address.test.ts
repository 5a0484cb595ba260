import { connectors } from "@caretaker/reach/makes.ts";
import { expect, it } from "vitest";
import { addressOf } from "./credentials.ts";

it.each([
  ["home-assistant", { url: "http://home.example:8123", token: "t" }, "http://home.example:8123"],
  ["home-assistant", { url: "https://[2001:db8::1]:8123", token: "t" }, "https://[2001:db8::1]:8123"],
  ["crestron", { address: "192.168.1.10", username: "u", password: "p" }, "ssh://192.168.1.10:22"],
  ["crestron", { homeAddress: "https://192.168.1.10", homeToken: "t" }, "https://192.168.1.10:443"],
])("the address of a gateway of %s with %j is shown as %s", (id, config, shown) => {
  const connector = connectors.find(({ manifest }) => manifest.id === id);

  expect(connector === undefined ? undefined : addressOf(connector, config)).toBe(shown);
});
