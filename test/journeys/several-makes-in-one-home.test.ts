import { type FakeControl4, startFakeControl4 } from "@caretaker/connector-control4/fake-gateway";
import { type FakePanel, startFakePanel, testPanel } from "@caretaker/connector-cresnext/fake-gateway";
import { type FakeProcessor, startFakeProcessor } from "@caretaker/connector-crestron/fake-gateway";
import {
  type FakeHomeAssistant,
  homeBesideAnother,
  startFakeHomeAssistant,
} from "@caretaker/connector-home-assistant/fake-gateway";
import { available, findChromium, whyNoChromium } from "@caretaker/kit/require.ts";
import type { GatewayId, SiteId } from "@caretaker/protocol";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keepPicture, openBrowser, openWindow, PHONE, seriousMistakes } from "./harness/browser.ts";
import { Firm, HOMEOWNER } from "./harness/firm.ts";

const chromium = available("chromium", whyNoChromium);
const PANELS = ["Hall", "Kitchen", "Study", "Bedroom", "Cinema", "Pool"] as const;

describe.skipIf(chromium.skip)(chromium.title("a home that several makes run together"), () => {
  let firm: Firm;
  let browser: Browser;
  let assistant: FakeHomeAssistant;
  let control4: FakeControl4;
  let processor: FakeProcessor;
  let panels: readonly FakePanel[];

  beforeAll(async () => {
    [firm, browser, assistant, control4, processor, panels] = await Promise.all([
      Firm.open().then((opened) => opened.settle()),
      openBrowser(findChromium() ?? ""),
      startFakeHomeAssistant({ home: homeBesideAnother() }),
      startFakeControl4(),
      startFakeProcessor(),
      Promise.all(
        PANELS.map((place, index) =>
          startFakePanel({
            panel: testPanel({
              name: `TSW-1070-${place.toUpperCase()}`,
              serial: `2107ABC00012${index}`,
              systems: { "03": { address: "192.168.1.10", status: "ONLINE" } },
            }),
          }),
        ),
      ),
    ]);
  });

  afterAll(async () => {
    await browser?.close();
    await Promise.all([
      firm?.close(),
      assistant?.close(),
      control4?.close(),
      processor?.close(),
      ...(panels ?? []).map((panel) => panel.close()),
    ]);
  });

  const newSite = async (name: string): Promise<SiteId> => {
    const client = await firm.api("client.create", { name });
    const site = await firm.api("site.create", {
      clientId: client.id,
      name,
      timeZone: "Europe/Amsterdam",
      quietHours: { from: "00:00", to: "00:00" },
      contacts: [{ ...HOMEOWNER, role: "owner", verifiedBecause: "She wrote to us from it" }],
      consent: { scopes: ["diagnose"], evidence: "contract", givenBy: HOMEOWNER.name },
    });
    await firm.reachThroughAgent(site.id);
    return site.id;
  };

  const add = async (siteId: SiteId, connector: string, name: string, config: object): Promise<GatewayId> => {
    const { id } = await firm.api("gateway.add", {
      siteId,
      connector,
      name,
      config: { ...config },
      throughAgent: firm.goesThroughAgents,
    });
    await firm.gatewayState(id, siteId, "online");
    return id;
  };

  const roomOf = (page: Page, name: string) => page.getByRole("region", { name, exact: true });

  it("shows what Home Assistant and Control4 know of a room as one room, each device with its gateway", async () => {
    const siteId = await newSite("Marsh House");
    await add(siteId, "home-assistant", "Home Assistant", { url: assistant.url, token: assistant.token });
    await add(siteId, "control4", "Control4", control4.config);
    const { context, page, mistakes } = await openWindow(browser);
    await firm.signIn(context);

    await page.goto(`${firm.hub.url}/sites/${siteId}/devices`);
    const living = roomOf(page, "Living room");
    await living.getByRole("button", { name: /^Television.*Control4/ }).waitFor();
    await living.getByRole("button", { name: /^Living room climate.*Home Assistant/ }).waitFor();
    await keepPicture(page, "several-makes-devices");

    for (const room of ["Hall", "Living room", "Bedroom"]) expect(await roomOf(page, room).count()).toBe(1);
    expect(await seriousMistakes(page)).toEqual([]);

    await control4.goAway();
    await page.getByText("Control4 is away. What stands here of it is the last known.").waitFor();
    await page.getByText("Control4 cannot be reached; the rest of the home can").first().waitFor();
    await keepPicture(page, "several-makes-one-away");
    assistant.setState("sensor.living_room_climate_temperature", "23.4");
    await living.getByText("23.4").waitFor();

    const stale = (name: RegExp): Promise<string | null> =>
      living.getByRole("button", { name }).getAttribute("data-stale");
    expect(await stale(/^Television/)).toBe("true");
    expect(await stale(/^Living room climate/)).toBeNull();
    const { devices } = await firm.api("site.devices", { siteId });
    expect(devices.filter(({ gone }) => gone)).toEqual([]);

    await page.goto(`${firm.hub.url}/sites/${siteId}/gateways`);
    await page.getByText("What can be done here").first().click();
    await page
      .getByText(/^Not with /)
      .first()
      .waitFor();
    await keepPicture(page, "several-makes-gateways");
    expect(await seriousMistakes(page)).toEqual([]);
    expect(mistakes).toEqual([]);
  });

  it("shows a processor with six panels, and the five that answer as they are when one is unplugged", async () => {
    const siteId = await newSite("Ashdown House");
    await add(siteId, "crestron", "Processor", processor.config);
    await Promise.all(panels.map((panel, index) => add(siteId, "cresnext", `${PANELS[index]} panel`, panel.config)));
    const { context, page, mistakes } = await openWindow(browser, { viewport: PHONE, theme: "dark" });
    await firm.signIn(context);

    await page.goto(`${firm.hub.url}/sites/${siteId}/devices`);
    for (const place of PANELS)
      await page
        .getByRole("button", { name: new RegExp(`TSW-1070-${place.toUpperCase()}.*${place} panel`) })
        .first()
        .waitFor();
    await panels[5]?.goAway();
    await page.getByText("Pool panel is away. What stands here of it is the last known.").waitFor({ timeout: 60_000 });
    await page.getByText("of 7 online").waitFor();
    await keepPicture(page, "several-makes-panels-phone");

    const stale = await page.locator(".device[data-stale]").allInnerTexts();
    expect(stale.length).toBeGreaterThan(0);
    expect(stale.filter((text) => !text.includes("Pool panel"))).toEqual([]);
    expect(await seriousMistakes(page)).toEqual([]);
    expect(mistakes).toEqual([]);
  });
});
