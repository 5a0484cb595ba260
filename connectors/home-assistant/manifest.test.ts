import { CAPABILITIES } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { homeAssistant } from "./index.ts";
import { HomeAssistantConfig, manifest } from "./manifest.ts";

const good = { url: "http://homeassistant.local:8123", token: "eyJ.a-long-lived-token.x" };

describe("what a technician types", () => {
  it.each([
    [{ ...good, url: "homeassistant" }],
    [{ ...good, token: `  ${good.token}\n` }],
    [{ url: "http://supervisor/core" }],
    [{ ...good, pinnedCertificate: Array(32).fill("0a").join(":") }],
  ])("%j is taken", (config) => {
    expect(HomeAssistantConfig.safeParse(config).error).toBeUndefined();
  });

  it.each([
    [{ ...good, url: "http://homeassistant.local/lovelace" }, "url", /not an address/],
    [{ ...good, token: "secret" }, "token", /too short/],
    [{ ...good, token: "a token with spaces in it" }, "token", /no access token has/],
    [{ ...good, pinnedCertificate: "AB:CD" }, "pinnedCertificate", /fingerprint/],
    [{ ...good, password: "x" }, "", /password/],
    [{ url: good.url }, "token", /missing/],
  ])("%j is not: %s", (config, field, message) => {
    const [issue] = HomeAssistantConfig.safeParse(config).error?.issues ?? [];

    expect(issue?.path.join(".")).toBe(field);
    expect(issue?.message).toMatch(message);
  });

  it("can be made a form of", () => {
    expect(z.toJSONSchema(HomeAssistantConfig, { io: "input" })).toMatchObject({ required: ["url"] });
  });

  it("says where the gateway is, also before its secret is known", () => {
    expect(homeAssistant.target({ url: "https://home.example" })).toEqual({
      host: "home.example",
      port: 443,
      tls: true,
    });
  });
});

describe("what it may do", () => {
  it("is asked for by its weight: reading is not acting, and what the household feels is asked each time", () => {
    const scopes = Object.fromEntries(Object.entries(manifest.capabilities).map(([name, { scope }]) => [name, scope]));

    expect(scopes).toMatchObject({
      "gateway.info": "reach",
      "entity.refresh": "diagnose",
      "integration.reload": "fix",
      "power.cycle": "disruptive",
      "gateway.restart": "disruptive",
    });
    for (const [name, scope] of Object.entries(scopes))
      if (CAPABILITIES[name as keyof typeof CAPABILITIES].kind === "read") expect(["reach", "view"]).toContain(scope);
  });

  it("leaves no home dark: what was switched off can be switched on again by recovery", () => {
    expect(manifest.capabilities["power.cycle"]).toMatchObject({ undo: "power.on", settle: "power.on" });
  });

  it("is told to a homeowner in each language", () => {
    for (const { felt } of Object.values(manifest.capabilities))
      if (felt !== undefined) expect(Object.keys(felt)).toEqual(["en", "nl", "de", "fr"]);
  });
});
