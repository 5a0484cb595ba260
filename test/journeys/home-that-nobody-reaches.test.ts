import { whyNoRealHome } from "@caretaker/kit/real-home-assistant/index.ts";
import { available, findChromium, whyNoChromium } from "@caretaker/kit/require.ts";
import type { ActionName, GatewayId, SiteId } from "@caretaker/protocol";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AgentProcess, startAgentProcess } from "./harness/agent-process.ts";
import { keepPicture, openBrowser, openWindow, PHONE } from "./harness/browser.ts";
import { Firm, HOMEOWNER } from "./harness/firm.ts";
import { type HomeInNetwork, type ShownGateway, startHome } from "./harness/home.ts";
import { HOME, HomeNetwork, whyNoNetwork } from "./harness/network.ts";
import { takeOverHub } from "./harness/taken-over-hub.ts";
import { openTlsFront, type TlsFront } from "./harness/tls-front.ts";
import { until } from "./harness/until.ts";

const PIN = "492817";
const needs = [
  available("netns", whyNoNetwork),
  available("home-assistant", () => whyNoRealHome("newest")),
  available("chromium", whyNoChromium),
];
const title = needs.reduce((so, need) => need.title(so), "a home that nobody reaches from outside");

/** In one order: each test goes on where the one before has ended. */
describe.skipIf(needs.some(({ skip }) => skip))(title, () => {
  let firm: Firm;
  let network: HomeNetwork;
  let home: HomeInNetwork;
  let front: TlsFront;
  let agent: AgentProcess;
  let siteId: SiteId;
  let office: Browser;
  let phones: Browser;
  let technician: Page;
  let homeowner: Page;
  const mistakes: string[][] = [];
  const gatewayIds = new Map<string, GatewayId>();

  beforeAll(async () => {
    firm = await Firm.open().then((opened) => opened.settle());
    network = HomeNetwork.open(firm.folder);
    [home, front, agent, office, phones] = await Promise.all([
      startHome(network),
      openTlsFront(network.outside, Number(new URL(firm.hub.url).port)),
      startAgentProcess(network, firm.folder),
      openBrowser(findChromium() ?? ""),
      openBrowser(network.starter("home", findChromium() ?? "")),
    ]);
    const client = await firm.api("client.create", { name: "Lee" });
    const site = await firm.api("site.create", {
      clientId: client.id,
      name: "Lee house",
      timeZone: "Europe/Amsterdam",
      quietHours: { from: "00:00", to: "00:00" },
      contacts: [{ ...HOMEOWNER, role: "owner", verifiedBecause: "She wrote to us from it" }],
      consent: { scopes: ["view", "diagnose", "fix"], evidence: "contract", givenBy: HOMEOWNER.name },
    });
    siteId = site.id;
    const [desk, hand] = await Promise.all([openWindow(office), openWindow(phones, { viewport: PHONE })]);
    await firm.signIn(desk.context);
    [technician, homeowner] = [desk.page, hand.page];
    mistakes.push(desk.mistakes, hand.mistakes);
  });

  afterAll(async () => {
    await Promise.all([office?.close(), phones?.close(), agent?.stop(), home?.close(), front?.close()]);
    network?.close();
    await firm?.close();
  });

  const press = (name: string): Promise<void> => homeowner.getByRole("button", { name, exact: true }).first().click();

  /** Somebody of the home lets the firm go to each place that it asks for; the PIN is asked for once in a while. */
  const allowPlaces = async (count: number): Promise<void> => {
    for (let allowed = 0; allowed < count; allowed += 1) {
      const asked = homeowner.locator('[data-part="asked"] form').first();
      await asked.waitFor();
      const before = await homeowner.locator('[data-part="asked"] form').count();
      const pin = asked.getByLabel("Your PIN");
      if (await pin.isVisible()) await pin.fill(PIN);
      await asked.getByRole("button", { name: "Allow", exact: true }).click();
      await until("the place is allowed", async () => {
        const left = await homeowner.locator('[data-part="asked"] form').count();
        return left < before;
      });
    }
  };

  const addThrough = async (connector: string, name: string, { config, ports }: ShownGateway): Promise<void> => {
    const gateway = await firm.api("gateway.add", { siteId, connector, name, config, throughAgent: true });
    expect(gateway.via).toBe("agent");
    gatewayIds.set(connector, gateway.id);
    await allowPlaces(ports.length);
    await firm.gatewayState(gateway.id, siteId, "online");
  };

  it("has no way in, not even for somebody who knows where it is, and its gateways have no way out", () => {
    const { homeAssistant, control4, crestron } = home.gateways;
    const places = [
      ...homeAssistant.ports.map((port) => [HOME.homeAssistant, port] as const),
      ...control4.ports.map((port) => [HOME.control4, port] as const),
      ...crestron.ports.map((port) => [HOME.crestron, port] as const),
      [HOME.agent, Number(new URL(agent.page).port)] as const,
    ];
    const reached = (from: "outside" | "agent" | "home") =>
      places.filter(([host, port]) => network.connects(from, host, port));

    expect(places).toHaveLength(6);
    expect(reached("agent")).toEqual(places);
    network.tellWayIn();
    expect(reached("outside")).toEqual([]);
    expect(places.filter(([, port]) => network.connects("outside", network.seenAs, port))).toEqual([]);
    const hub = Number(new URL(front.url).port);
    expect(network.connects("agent", network.outside, hub)).toBe(true);
    expect(network.connects("home", network.outside, hub)).toBe(false);
  });

  it("is paired by a code that is read out, and both see the same fingerprint", async () => {
    await technician.goto(`${firm.hub.url}/sites/${siteId}/gateways`);
    await technician.getByRole("button", { name: "Pair an agent" }).click();
    await technician.getByRole("button", { name: "Make a code" }).click();
    const code = await technician.getByText(/^(?:[0-9A-Z]{4}-){6}[0-9A-Z]{2}$/).innerText();

    await homeowner.goto(agent.page);
    await homeowner.getByLabel("Address of the firm, or the whole link").fill(front.url);
    await homeowner.getByLabel("Code", { exact: true }).fill(code);
    await press("Connect");
    await homeowner.getByText("Is this your installer: Bright Homes?").waitFor();
    const fingerprint = await homeowner.locator(".fingerprint code").innerText();
    await technician.getByText("Compare it with the page in the home").first().waitFor();
    expect(await technician.getByText(fingerprint).count()).toBeGreaterThan(0);
    await keepPicture(homeowner, "agent-confirm");

    await homeowner.getByLabel("Choose a PIN of 6 digits or more").fill(PIN);
    await homeowner.getByLabel("The same PIN again").fill(PIN);
    await press("Yes, this is my installer");
    await homeowner.getByText("Connected with Bright Homes.").waitFor();
    await technician.getByText("The home has confirmed its agent").waitFor();
  });

  it("shows each of its gateways once somebody there has allowed the place, and is watched live", async () => {
    const { homeAssistant, control4, crestron } = home.gateways;
    await addThrough("home-assistant", "Home Assistant", homeAssistant);
    await addThrough("control4", "Control4", control4);
    await addThrough("crestron", "Crestron", crestron);

    await technician.goto(`${firm.hub.url}/sites/${siteId}/gateways`);
    await technician.getByText("through the agent").nth(2).waitFor();
    await keepPicture(technician, "agent-gateways");
    await technician.goto(`${firm.hub.url}/sites/${siteId}/devices`);
    for (const thing of ["Hall lamp", "Video matrix"]) await technician.getByText(thing).first().waitFor();
    await home.setHallBridge("wedged");
    await technician.goto(`${firm.hub.url}/sites/${siteId}`);
    await technician.getByRole("listitem").filter({ hasText: "Hall bridge" }).first().waitFor();
  });

  it("is diagnosed, gateway by gateway, without being asked: so much the household has allowed", async () => {
    for (const [connector, gatewayId] of gatewayIds) {
      const { id } = await firm.api("run.start", {
        siteId,
        gatewayId,
        runbook: "gateway-health",
        inputs: {},
        reason: `To see how the ${connector} is`,
      } as never);
      const run = await firm.ended(id);
      expect(["healthy", "found"]).toContain(run.outcome);
      const read = (await firm.events(id)).filter(({ data }) => data.kind.startsWith("step."));
      expect(read.length).toBeGreaterThan(2);
    }
    expect(await home.acts()).toBe(0);
  });

  it("is mended once the homeowner has allowed it on the page in the home", async () => {
    const problem = technician.getByRole("listitem").filter({ hasText: "Hall bridge" }).first();
    await problem.getByRole("link", { name: /Revive an integration/ }).click();
    await technician.getByLabel("Why?").fill("The lights in your hall do not answer");
    await technician.getByRole("button", { name: /start$/i }).click();
    await technician.waitForURL(/\/runs\//);

    const question = homeowner.locator('[data-part="questions"] form').first();
    await question.waitFor();
    await homeowner.getByText("The lights in your hall do not answer").first().waitFor();
    await keepPicture(homeowner, "agent-question");
    expect(await home.stateOf("light.hall_lamp")).toBe("unavailable");
    const pin = question.getByLabel("Your PIN");
    if (await pin.isVisible()) await pin.fill(PIN);
    await question.getByRole("button", { name: "Allow", exact: true }).click();

    await technician.getByText("Fixed").first().waitFor({ timeout: 90_000 });
    expect(await home.stateOf("light.hall_lamp")).not.toBe("unavailable");
    expect(await firm.ledger(siteId)).toEqual(
      expect.arrayContaining(["agent.paired", "agent.confirmed", "consent.allowed", "act.intended", "act.done"]),
    );
    expect(await firm.api("ledger.verify", { siteId })).toMatchObject({ whole: true });
  });

  it("is stopped from the page in the home while the hub is cut off, and the hub hears of it when it is back", async () => {
    network.cut();
    await press("Stop everything now");
    await homeowner.getByText(/You stopped everything on/).waitFor();
    await keepPicture(homeowner, "agent-stopped");
    await home.setHallBridge("wedged");
    await until(
      "the hub sees that the agent is away",
      async () => (await firm.api("agent.get", { siteId })).agent?.state === "away",
      60_000,
    );

    network.mend();
    await until(
      "the hub was told",
      async () => (await firm.api("agent.get", { siteId })).agent?.policy?.stoppedAt != null,
      120_000,
    );
    await technician.goto(`${firm.hub.url}/sites/${siteId}/gateways`);
    // The header says it, and the panel of the agent below says who did it.
    await technician.getByText("The household has stopped everything").first().waitFor();
    expect(await firm.ledger(siteId)).toContain("agent.stopped");
  });

  it("refuses all that a hub asks which was taken over, keys and all, until the household allows it again", async () => {
    await firm.hub.kill();
    const hub = await takeOverHub(firm, siteId);
    front.lead(hub.port);
    try {
      const link = await hub.link();
      let asked = 0;
      /** Opens the gateway and does something there, as the gate of a hub does once it has a yes: this one has none. */
      const force = async (connector: string, { config }: ShownGateway, capability: ActionName, input: object = {}) => {
        asked += 1;
        const gatewayId = gatewayIds.get(connector) as GatewayId;
        const act = { capability, input: { ...input }, attemptId: `forced-${asked}`, purpose: "do" } as const;
        const expiresAt = new Date(Date.now() + 30_000).toISOString();
        return [
          await answerOf(link.ask({ what: "open", gatewayId, connector, config })),
          await answerOf(link.ask({ what: "act", gatewayId, ...act, expiresAt, requestId: null })),
        ];
      };
      const forceAll = async () => [
        await force("home-assistant", home.gateways.homeAssistant, "integration.reload", { integration: "any" }),
        await force("control4", home.gateways.control4, "room.off", { room: "any" }),
        // Nobody feels it: but for Stop the hub's word would be enough.
        await force("crestron", home.gateways.crestron, "clock.sync"),
      ];

      expect(await forceAll()).toEqual([
        ["not_allowed", "gateway_unreachable"],
        ["not_allowed", "gateway_unreachable"],
        ["not_allowed", "gateway_unreachable"],
      ]);
      expect(await home.acts()).toBe(0);

      const again = homeowner.locator('form[action="allow-again"]');
      const pin = again.getByLabel("Your PIN");
      if (await pin.isVisible()) await pin.fill(PIN);
      await press("Allow again");
      await homeowner.getByRole("button", { name: "Stop everything now" }).waitFor();

      expect(await forceAll()).toEqual([
        ["done", "consent_missing"],
        ["done", "consent_missing"],
        ["done", "done"],
      ]);
      expect(await home.acts()).toBe(1);
      expect(await home.stateOf("light.hall_lamp")).toBe("unavailable");
    } finally {
      await hub.close();
    }
    expect(mistakes.flat()).toEqual([]);
  });
});

function answerOf(asked: Promise<unknown>): Promise<string | undefined> {
  return asked.then(
    () => "done",
    (error: { readonly code?: string }) => error.code,
  );
}
