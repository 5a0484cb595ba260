import type { GatewayState } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { type GatewayCondition, type IntegrationCondition, judgeSite, sinceOf } from "./health.ts";

const integration = (more: Partial<IntegrationCondition> = {}): IntegrationCondition => ({
  name: "Hue",
  state: "loaded",
  needsSignIn: false,
  isDisabled: false,
  entities: 10,
  unavailable: 0,
  silentSince: null,
  ...more,
});
const gateway = (more: Partial<GatewayCondition> = {}): GatewayCondition => ({
  name: "Home Assistant",
  state: "online",
  reason: { code: "connected" },
  since: 1000,
  software: "running",
  hasTold: true,
  integrations: [integration()],
  unavailable: 0,
  ...more,
});
const verdict = (...gateways: GatewayCondition[]) => {
  const { health, reason } = judgeSite(gateways);
  return `${health} ${reason.code}`;
};

describe("how a site is doing", () => {
  it.each([
    ["nothing to watch", [], "not_monitored no_gateway"],
    ["all well", [gateway()], "ok all_well"],
    ["connected, and nothing said yet", [gateway({ hasTold: false, integrations: [] })], "unknown first_report"],
    ["some do not answer", [gateway({ unavailable: 2 })], "attention entities_unavailable"],
    [
      "an integration is silent",
      [gateway({ unavailable: 10, integrations: [integration({ unavailable: 10 })] })],
      "problem integration_silent",
    ],
    [
      "an integration does not run",
      [gateway({ integrations: [integration({ state: "setup_retry" })] })],
      "problem integration_not_running",
    ],
    [
      "an integration wants to be signed in to",
      [gateway({ integrations: [integration({ state: "setup_error", needsSignIn: true })] })],
      "problem integration_needs_sign_in",
    ],
    [
      "a disabled integration is no problem",
      [gateway({ integrations: [integration({ state: "not_loaded", isDisabled: true })] })],
      "ok all_well",
    ],
    ["being set up passes", [gateway({ integrations: [integration({ state: "setup_in_progress" })] })], "ok all_well"],
    [
      "an integration without entities is not silent",
      [gateway({ integrations: [integration({ entities: 0 })] })],
      "ok all_well",
    ],
    ["starting", [gateway({ software: "starting", unavailable: 90 })], "attention gateway_starting"],
    ["in recovery mode", [gateway({ software: "recovery" })], "problem gateway_in_recovery"],
    [
      "the worst gateway speaks",
      [gateway(), gateway({ state: "credentials_refused" }), gateway({ unavailable: 1 })],
      "problem credentials_refused",
    ],
    [
      "one gateway of several is away, and the home is not",
      [gateway(), gateway({ state: "unreachable" }), gateway({ unavailable: 1 })],
      "problem gateway_of_several_unreachable",
    ],
    [
      "all of several gateways are away",
      [gateway({ state: "unreachable" }), gateway({ state: "unreachable" })],
      "offline gateway_unreachable",
    ],
  ] as const)("%s", (_name, gateways, expected) => {
    expect(verdict(...gateways)).toBe(expected);
  });

  it("counts what does not answer over all gateways of the home", () => {
    const { reason } = judgeSite([gateway({ unavailable: 2 }), gateway(), gateway({ unavailable: 3 })]);

    expect(reason).toEqual({ code: "entities_unavailable", params: { count: 5 } });
  });

  it.each([
    ["connecting", "unknown connecting"],
    ["restarting", "attention gateway_restarting"],
    ["unreachable", "offline gateway_unreachable"],
    ["credentials_refused", "problem credentials_refused"],
    ["access_withdrawn", "problem access_withdrawn"],
    ["unsupported", "problem gateway_unsupported"],
    ["misbehaving", "problem gateway_misbehaving"],
  ] as [GatewayState, string][])("a gateway that is %s hides what is behind it", (state, expected) => {
    expect(verdict(gateway({ state, unavailable: 40, integrations: [integration({ unavailable: 10 })] }))).toBe(
      expected,
    );
  });

  it("names the integration with most at stake and how many others there are", () => {
    const { reason } = judgeSite([
      gateway({
        integrations: [
          integration({ name: "A", unavailable: 10 }),
          integration({ name: "B", entities: 40, unavailable: 40 }),
        ],
      }),
    ]);

    expect(reason.params).toMatchObject({ integration: "B", unavailable: 40, others: 1 });
  });
});

describe("since when", () => {
  const previous = {
    health: "attention",
    reason: { code: "entities_unavailable", params: { count: 2 } },
    since: 500,
  } as const;

  it("is what the facts say", () => {
    expect(sinceOf(judgeSite([gateway({ state: "unreachable" })]), previous, 9000)).toBe(1000);
  });

  it("stays while the verdict stays, whatever its numbers do", () => {
    expect(sinceOf(judgeSite([gateway({ unavailable: 3 })]), previous, 9000)).toBe(500);
  });

  it("is now when the verdict is another", () => {
    expect(sinceOf(judgeSite([gateway()]), previous, 9000)).toBe(9000);
  });
});
