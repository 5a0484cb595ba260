import type { Finding, Illness } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { AT, buildDevice, id } from "../../test-helpers.tsx";
import { suggestedWhy } from "./suggested-why.ts";

const NOW = Date.parse(AT);
const HOUR = 3_600_000;
const LONDON = { language: "en", timeZone: "Europe/London" } as const;

const finding = (illness: Illness, hoursAgo = 1): Finding => ({
  id: id(1),
  siteId: id(2),
  siteName: "Harbour loft",
  gatewayId: id(3),
  integrationId: id(4),
  name: "Caséta bridge",
  illness,
  openedAt: new Date(NOW - hoursAgo * HOUR).toISOString(),
  endedAt: null,
  firings: [],
  tried: [],
});

const why = (illness: Illness, hoursAgo?: number, home: Parameters<typeof suggestedWhy>[1] = LONDON): string =>
  suggestedWhy({ inputs: { service: id(4) }, findings: [finding(illness, hoursAgo)], problems: [] }, home, NOW);

describe("why a run is begun", () => {
  it("is what the hub has found of the thing that was chosen, by the clock of the home", () => {
    const at = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/London" });
    expect(why("integration_silent")).toBe(`Caséta bridge has not answered since ${at.format(NOW - HOUR)}.`);
  });

  it("names the day where it has been so for long", () => {
    expect(why("integration_not_running", 50)).toMatch(/has not been running since \w+day,? \d+ \w+/);
  });

  it.each([
    ["nl", /^Caséta bridge reageert niet sinds \d\d:\d\d\.$/],
    ["de", /^Caséta bridge reagiert seit \d\d:\d\d nicht\.$/],
    ["fr", /^Caséta bridge ne répond plus depuis \d\d:\d\d\.$/],
  ] as const)("is said in the language of whoever is asked: %s", (language, sentence) => {
    expect(why("integration_silent", 1, { language, timeZone: "Europe/Paris" })).toMatch(sentence);
  });

  it("is left to the technician where the hub found nothing, or something that no runbook mends", () => {
    expect(why("integration_needs_sign_in")).toBe("");
    expect(
      suggestedWhy(
        { inputs: { service: id(9) }, findings: [finding("integration_silent")], problems: [] },
        LONDON,
        NOW,
      ),
    ).toBe("");
  });

  it("is of a device that fell silent by itself, too", () => {
    const device = buildDevice({ id: id(7), name: "Stable motion" });
    const problems = [{ kind: "device" as const, device, since: AT }];

    expect(suggestedWhy({ inputs: { thing: device.id }, findings: [], problems }, LONDON, NOW)).toMatch(
      /^Stable motion has not answered since/,
    );
  });
});
