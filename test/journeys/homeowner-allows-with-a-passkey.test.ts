import type { Agent } from "@caretaker/agent/agent.ts";
import type { RunId, SiteId } from "@caretaker/protocol";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { openAgentPage, pairAgent, startAgent } from "./harness/agent.ts";
import { addAuthenticator } from "./harness/authenticator.ts";
import { DESKTOP, keepPicture, openWindow, PHONE, seriousMistakes, type Theme } from "./harness/browser.ts";
import { HOMEOWNER } from "./harness/firm.ts";
import { consentLink } from "./harness/mail.ts";
import { type SimulatedStage, simulatedJourney } from "./harness/stage.ts";
import { until } from "./harness/until.ts";

const PIN = "284617";
const NAME = "Phone of Mrs Lee";

simulatedJourney("a passkey of the household", (stage) => {
  it("is made for the box in the home, allows a fix from afar, and without it the hub's yes does nothing", async () => {
    const { firm, home, browser } = stage();
    const { agent, stop } = await startAgent();
    const box = await openAgentPage(agent);
    const found: string[] = [];
    const look = lookerAt(found);
    try {
      const siteId = await addSite(firm);
      await pairAgent(firm, siteId, agent);
      const { page: boxPage } = await openWindow(browser, { viewport: DESKTOP });
      await boxPage.goto(box.url);
      await confirmAt(boxPage);
      await until("the box is known", async () => (await firm.api("agent.get", { siteId })).agent?.state === "online");

      // At the box: a link, for the phone.
      await boxPage.getByText("Add a phone or key").click();
      await look(boxPage, "box-add");
      await boxPage.getByLabel("Name").fill(NAME);
      await boxPage.locator("form[action=passkey-add] [name=pin]").fill(PIN);
      await boxPage.getByRole("button", { name: "Show the link" }).click();
      const link = (await boxPage.locator(".link a").getAttribute("href")) ?? "";
      expect(link.startsWith(`${firm.hub.url}/k/`)).toBe(true);
      await look(boxPage, "box-link");

      // On the phone: the passkey, and its code.
      const { page: phone, mistakes } = await openWindow(browser, { viewport: PHONE });
      await addAuthenticator(phone);
      await phone.goto(link);
      await phone.getByRole("heading", { name: `Say yes with “${NAME}”` }).waitFor();
      await look(phone, "phone-open");
      await phone.getByRole("button", { name: "Make the passkey" }).click();
      await phone.locator(".status[data-state=allowed]").waitFor();
      const code = await phone.locator(".passkey-code").innerText();
      expect(code).toMatch(/^[0-9A-Z]{4}(-[0-9A-Z]{4}){2}$/);
      expect(agent.store.home.passkeys).toEqual([]);
      await look(phone, "phone-made");

      // At the box: the same code, confirmed there.
      await boxPage.getByRole("heading", { name: `Does “${NAME}” show this code?` }).waitFor();
      expect(await boxPage.locator("[data-state=compare] code").innerText()).toBe(code);
      await look(boxPage, "box-compare");
      await boxPage.getByRole("button", { name: "Yes, it is the same" }).click();
      await boxPage.locator(".places").getByText(NAME).waitFor();
      await look(boxPage, "box-kept");
      await phone.locator(".status[data-state=well]").waitFor();
      await look(phone, "phone-kept");
      expect(agent.store.home.passkeys).toMatchObject([{ name: NAME, code, rpId: "localhost" }]);

      // A fix that is felt, allowed from afar and done by way of the box.
      const gatewayId = await addGateway(stage(), siteId, agent);
      await firm.gatewayState(gatewayId, siteId, "online");
      const integration = await firm.illIntegration(siteId, "Hall bridge");
      const first = await ask(stage(), siteId, integration.id);
      await until("the box knows the question", async () => agent.guard.questions().length > 0);
      await phone.goto(first.link);
      const allow = phone.getByRole("button", { name: "Allow with fingerprint or face" });
      await allow.waitFor();
      // The box takes no other yes from here, so that none is offered that would come to nothing.
      expect(await phone.locator(".actions button").allInnerTexts()).toEqual([
        "Allow with fingerprint or face",
        "Another time",
        "No",
      ]);
      await look(phone, "question");
      await allow.click();
      expect((await firm.ended(first.runId)).outcome).toBe("fixed");
      await phone.locator(".status[data-state=well]").waitFor();
      expect(agent.store.journal).toContainEqual(
        expect.objectContaining({ kind: "answered", answer: "allow", way: "passkey", passkey: NAME }),
      );
      expect(agent.store.home.passkeys[0]?.lastUsedAt).not.toBeNull();
      const { items } = await firm.api("ledger.list", { siteId, limit: 50 } as never);
      expect(items.find(({ event }) => event === "consent.allowed")?.payload).toMatchObject({
        channel: "passkey",
        grade: "A",
        passkey: code,
      });

      // A hub that takes a yes for itself, with no signature of the phone: the box does nothing, and its own yes is waited for.
      home.setBridge("Hall bridge", "wedged");
      const again = await firm.illIntegration(siteId, "Hall bridge");
      const second = await ask(stage(), siteId, again.id);
      await until("the box knows the question", async () => agent.guard.questions().some(({ isOpen }) => isOpen));
      const acts = () => agent.store.journal.filter(({ kind }) => kind === "act").length;
      const before = acts();
      await expect(forgeYes(firm, second.link)).rejects.toMatchObject({ code: "gone" });
      const token = second.link.split("/").at(-1) ?? "";
      const { proposalCode } = await firm.api("consent.view", { token });
      await firm.api("consent.answer", { token, answer: "allow", proposalCode });
      const refused = async () =>
        (await firm.events(second.runId)).some(
          ({ data }) => data.kind === "fix.refused" && data.code === "wants_yes_at_home",
        );
      await until("the box has refused it", refused);
      expect(await firm.run(second.runId)).toMatchObject({ status: "waiting_for_consent", outcome: null });
      expect(acts()).toBe(before);
      expect(agent.store.home.questions.at(-1)?.answer).not.toBe("allow");

      // Whoever pressed the plain button is not sent home: the passkey is offered for what the box waits for.
      await phone.goto(second.link);
      await allow.waitFor();
      expect(await phone.locator(".actions button").allInnerTexts()).toEqual([
        "Allow with fingerprint or face",
        "Stop",
      ]);
      await look(phone, "question-waits");
      await until("the box knows the question", async () => agent.guard.questions().some(({ isOpen }) => isOpen));
      await allow.click();
      expect((await firm.ended(second.runId)).outcome).toBe("fixed");
      expect(acts()).toBeGreaterThan(before);

      expect(found).toEqual([]);
      expect(mistakes).toEqual([]);
    } finally {
      await box.close();
      await stop();
    }
  });

  it("has a link that leads nowhere once it is over", async () => {
    const { firm, browser } = stage();
    const found: string[] = [];
    const { page } = await openWindow(browser, { viewport: PHONE });

    await page.goto(`${firm.hub.url}/k/${"a".repeat(32)}`);

    await page.getByText("Please make a new one on the page of the box in your home.").waitFor();
    await lookerAt(found)(page, "phone-unknown");
    expect(found).toEqual([]);
  });
});

async function addSite(firm: SimulatedStage["firm"]): Promise<SiteId> {
  const client = await firm.api("client.create", { name: "Lee" });
  const { id } = await firm.api("site.create", {
    clientId: client.id,
    name: "Lee house",
    timeZone: "Europe/Amsterdam",
    quietHours: { from: "00:00", to: "00:00" },
    contacts: [{ ...HOMEOWNER, role: "owner", verifiedBecause: "She wrote to us from it" }],
    consent: { scopes: ["view", "diagnose"], evidence: "contract", givenBy: HOMEOWNER.name },
  });
  return id;
}

async function confirmAt(page: Page): Promise<void> {
  await page.locator("[name=pin]").fill(PIN);
  await page.locator("[name=again]").fill(PIN);
  await page.getByRole("button", { name: "Yes, this is my installer" }).click();
  await page.getByRole("button", { name: "Stop everything now" }).waitFor();
}

async function addGateway({ firm, home }: SimulatedStage, siteId: SiteId, agent: Agent) {
  const { id } = await firm.api("gateway.add", {
    siteId,
    connector: "home-assistant",
    name: "Home Assistant",
    config: { url: home.url, token: home.token },
    throughAgent: true,
  });
  await until("the home is asked for the place", async () => agent.store.home.places.length > 0);
  for (const place of agent.store.home.places) agent.guard.answerPlace(place, true);
  return id;
}

async function ask({ firm }: SimulatedStage, siteId: SiteId, service: string): Promise<{ runId: RunId; link: string }> {
  const before = firm.mail.received.length;
  const { id: runId } = await firm.api("run.start", {
    siteId,
    runbook: "home-assistant/stuck-integration",
    reason: "The lights in your hall do not answer",
    inputs: { service },
  } as never);
  const mail = await firm.mail.next(({ to, text }) => to === HOMEOWNER.email && text.includes("/c/"), before);
  return { runId, link: consentLink(mail) };
}

/** What a hub can say without the phone: the name of a key that it has seen, and bytes of its own. */
async function forgeYes(firm: SimulatedStage["firm"], link: string): Promise<unknown> {
  const token = link.split("/").at(-1) ?? "";
  const { challenge, credentials } = await firm.api("consent.passkey.challenge", { token });
  const { proposalCode } = await firm.api("consent.view", { token });
  const words = { type: "webauthn.get", challenge: `${challenge.slice(1)}A`, origin: firm.hub.url };
  return firm.api("consent.passkey.allow", {
    token,
    proposalCode,
    credential: {
      id: credentials[0] ?? "",
      clientDataJSON: Buffer.from(JSON.stringify(words)).toString("base64url"),
      authenticatorData: Buffer.alloc(37, 5).toString("base64url"),
      signature: Buffer.alloc(70, 7).toString("base64url"),
    },
  });
}

/** Looks at a page as it is, small and large, light and dark. */
function lookerAt(found: string[]): (page: Page, state: string) => Promise<void> {
  return async (page, state) => {
    const was = page.viewportSize() ?? DESKTOP;
    for (const [size, viewport] of Object.entries({ phone: PHONE, desktop: DESKTOP }))
      for (const theme of ["light", "dark"] satisfies Theme[]) {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme: theme });
        for (const mistake of await seriousMistakes(page)) found.push(`${state} ${size} ${theme}: ${mistake}`);
        const { scrollWidth, clientWidth } = await page.evaluate(() => document.documentElement);
        if (scrollWidth > clientWidth) found.push(`${state} ${size}: ${scrollWidth} wide`);
        await keepPicture(page, `passkey-${state}-${size}-${theme}`);
      }
    await page.setViewportSize(was);
    await page.emulateMedia({ colorScheme: "light" });
  };
}
