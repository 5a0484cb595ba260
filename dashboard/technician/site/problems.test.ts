import type { DeviceId, EntityId, Finding, IntegrationId } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { AT, buildDevice, buildEntity, buildGateway, buildIntegration, buildRunbook, id } from "../../test-helpers.tsx";
import { hasFailed, problemsOf, suggestionsFor, type Tried } from "./problems.ts";

const silent = buildEntity({ availability: "offline" });
const bridge = buildDevice({ id: id<DeviceId>(41), name: "Hue bridge", kind: "bridge", poweredBy: id<EntityId>(99) });
const reload = buildRunbook();
const revive = buildRunbook({
  id: "home-assistant/dead-bridge" as never,
  inputs: [
    { name: "service", type: "integration", title: "Integration", optional: false },
    { name: "bridge", type: "device", title: "Bridge", optional: false },
  ],
});
const check = buildRunbook({ id: "home-assistant/health-check" as never, readsOnly: true, inputs: [] });

describe("what is wrong at a home", () => {
  it("hides what hangs on a gateway that is away behind that one cause", () => {
    const found = problemsOf({
      gateways: [buildGateway({ state: "unreachable" })],
      integrations: [buildIntegration({ unavailable: 2 })],
      devices: [buildDevice()],
      entities: [silent],
    });

    expect(found.map((problem) => problem.kind)).toEqual(["gateway"]);
  });

  it("names the integration that fell silent instead of each of its devices", () => {
    const found = problemsOf({
      gateways: [buildGateway()],
      integrations: [buildIntegration({ unavailable: 2 })],
      devices: [buildDevice()],
      entities: [silent],
    });

    expect(found.map((problem) => problem.kind)).toEqual(["integration"]);
  });

  it("suspects the integration of several silent devices, though a part of it still answers", () => {
    const found = problemsOf({
      gateways: [buildGateway()],
      integrations: [buildIntegration({ entities: 3, unavailable: 2 })],
      devices: [buildDevice(), bridge],
      entities: [silent, { ...silent, id: id<EntityId>(52), deviceId: bridge.id }],
    });

    expect(found.map((problem) => problem.kind)).toEqual(["integration"]);
  });

  it("names a device that is silent alone", () => {
    const found = problemsOf({
      gateways: [buildGateway()],
      integrations: [buildIntegration({ unavailable: 1 })],
      devices: [buildDevice()],
      entities: [silent],
    });

    expect(found).toMatchObject([{ kind: "device", device: { name: "Hall pendant" } }]);
  });

  it("finds nothing wrong with what may sleep", () => {
    const found = problemsOf({
      gateways: [buildGateway()],
      integrations: [buildIntegration({ entities: 1, unavailable: 1 })],
      devices: [buildDevice({ maySleep: true })],
      entities: [silent],
    });

    expect(found).toEqual([]);
  });
});

describe("what may mend it", () => {
  const ill = { kind: "integration" as const, integration: buildIntegration({ unavailable: 2 }) };

  it("offers what can be started with what is known, the simplest first", () => {
    const offered = suggestionsFor({ ...ill, devices: [bridge] }, [check, revive, reload], [buildGateway()]);

    expect(offered.map(({ runbook, inputs }) => [runbook.id, inputs])).toEqual([
      ["home-assistant/stuck-integration", { service: id(30) }],
      ["home-assistant/dead-bridge", { service: id(30), bridge: id(41) }],
    ]);
  });

  it("offers what needs an entity besides, which is then asked for, and nothing that this home cannot fill at all", () => {
    const problem = { kind: "device" as const, device: bridge, since: null };
    const needs = (...types: readonly ("device" | "entity" | "room")[]) =>
      buildRunbook({
        inputs: types.map((type) => ({ name: type, type, title: type, optional: false })),
      });

    const offered = (runbook: ReturnType<typeof buildRunbook>) =>
      suggestionsFor(problem, [runbook], [buildGateway()]).map(({ inputs }) => inputs);

    expect(offered(needs("device", "entity"))).toEqual([{ device: id(41) }]);
    expect(offered(needs("device", "room"))).toEqual([]);
    expect(offered(needs("entity"))).toEqual([]);
  });

  it("offers no restart where only a sign-in at the maker helps", () => {
    const locked = { ...ill, integration: buildIntegration({ unavailable: 2, needsSignIn: true }), devices: [bridge] };

    expect(suggestionsFor(locked, [revive, reload], [buildGateway()])).toEqual([]);
  });

  it("offers nothing that is for another make than the gateway of what is ill", () => {
    const panel = buildRunbook({ id: "cresnext/panel-restart" as never, connectors: ["cresnext"] });

    const offered = suggestionsFor({ ...ill, devices: [] }, [panel, reload], [buildGateway()]);

    expect(offered.map(({ runbook }) => runbook.id)).toEqual(["home-assistant/stuck-integration"]);
  });

  it("does not offer to switch off a bridge of which nobody said what feeds it, or that must not be touched", () => {
    for (const changes of [{ poweredBy: null }, { doNotTouch: true }]) {
      const offered = suggestionsFor(
        { ...ill, devices: [{ ...bridge, ...changes }] },
        [revive, reload],
        [buildGateway()],
      );

      expect(offered.map(({ runbook }) => runbook.id)).toEqual(["home-assistant/stuck-integration"]);
    }
  });

  it("lead on to the next one after one that did not help, and say what came of it", () => {
    const problem = { kind: "integration" as const, integration: buildIntegration(), devices: [bridge] };
    const order = (outcome: Tried["outcome"], status: Tried["status"] = "finished"): (string | boolean)[] =>
      suggestionsFor(
        problem,
        [reload, revive],
        [buildGateway()],
        [triedReload(problem.integration.id, status, outcome)],
      ).flatMap((suggestion) => [suggestion.runbook.id, hasFailed(suggestion)]);
    const [gentle, strong] = [reload.id, revive.id];

    expect(order("not_fixed")).toEqual([strong, false, gentle, true]);
    expect(order("unclear")).toEqual([strong, false, gentle, true]);
    expect(order(null, "cancelled")).toEqual([strong, false, gentle, true]);
    // Nothing was tried by a no, and what is under way has not failed yet.
    expect(order("refused")).toEqual([gentle, false, strong, false]);
    expect(order("no_answer")).toEqual([gentle, false, strong, false]);
    expect(order(null, "running")).toEqual([gentle, false, strong, false]);
    expect(
      suggestionsFor(problem, [reload], [buildGateway()], [triedReload(id(88), "finished", "not_fixed")])[0]?.tried,
    ).toBeUndefined();
  });

  it("take a copy and what it was copied from for the same: neither is the next to try after the other failed", () => {
    const problem = { kind: "integration" as const, integration: buildIntegration(), devices: [bridge] };
    const copy = buildRunbook({ id: "firm/reload" as never, isStock: false, copyOf: reload.id });
    const order = (failed: string) =>
      suggestionsFor(
        problem,
        [reload, copy, revive],
        [buildGateway()],
        [triedReload(problem.integration.id, "finished", "not_fixed", failed)],
      ).map((suggestion) => [suggestion.runbook.id, hasFailed(suggestion)]);

    for (const failed of [copy.id, reload.id])
      expect(order(failed)).toEqual([
        [revive.id, false],
        [reload.id, true],
        [copy.id, true],
      ]);
  });
});

function triedReload(
  integrationId: IntegrationId,
  status: Tried["status"],
  outcome: Tried["outcome"],
  runbook: string = reload.id,
): Finding {
  return {
    id: id(80),
    siteId: id(81),
    siteName: "Harbour loft",
    gatewayId: id(82),
    integrationId,
    name: "Hue bridge",
    illness: "integration_silent",
    openedAt: AT,
    endedAt: null,
    firings: [],
    tried: [{ id: id(83), number: 7, runbook: runbook as Tried["runbook"], status, outcome, at: AT }],
  };
}
