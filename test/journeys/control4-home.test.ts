import { type FakeControl4, startFakeControl4 } from "@caretaker/connector-control4/fake-gateway";
import { available, findChromium, whyNoChromium } from "@caretaker/kit/require.ts";
import type { GatewayId, RunId, SiteId } from "@caretaker/protocol";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DESKTOP, keepPicture, openBrowser, openWindow, PHONE } from "./harness/browser.ts";
import { Firm, HOMEOWNER } from "./harness/firm.ts";
import { consentLink } from "./harness/mail.ts";
import { until } from "./harness/until.ts";

const chromium = available("chromium", whyNoChromium);

describe.skipIf(chromium.skip)(chromium.title("a Control4 home"), () => {
  let firm: Firm;
  let home: FakeControl4;
  let browser: Browser;

  beforeAll(async () => {
    [firm, home, browser] = await Promise.all([
      Firm.open().then((opened) => opened.settle()),
      startFakeControl4(),
      openBrowser(findChromium() ?? ""),
    ]);
    home.house.setOnline("Video matrix", false);
  });

  afterAll(async () => {
    await browser?.close();
    await Promise.all([firm?.close(), home?.close()]);
  });

  const fill = async (page: Page, fake: FakeControl4): Promise<void> => {
    await page.getByRole("radio", { name: "Control4" }).click();
    await page.getByLabel("Address of the controller").fill(fake.address);
    await page.getByLabel("Email of the account").fill(fake.userName);
    await page.getByLabel("Password of the account").fill(fake.password);
    await page.getByLabel("Application key").fill(fake.config.applicationKey ?? "");
    await page.getByLabel("Account service").fill(fake.accountUrl);
    await page.getByRole("button", { name: "Check the connection" }).click();
    // One of the controller, and then one of an account service that is not the maker's own.
    await page.getByRole("button", { name: /trust exactly this certificate/ }).click();
    await page.getByText(/Account service:/).waitFor();
    await page.getByRole("button", { name: /trust exactly this certificate/ }).click();
  };

  const newSite = async (name: string): Promise<SiteId> => {
    const client = await firm.api("client.create", { name });
    const site = await firm.api("site.create", {
      clientId: client.id,
      name,
      timeZone: "Europe/Amsterdam",
      quietHours: { from: "00:00", to: "00:00" },
      contacts: [{ ...HOMEOWNER, role: "owner", verifiedBecause: "She wrote to us from it" }],
      consent: { scopes: ["diagnose", "fix"], evidence: "contract", givenBy: HOMEOWNER.name },
    });
    return site.id;
  };

  let siteId: SiteId;

  it("is added in the browser, with a person's yes to its certificate, and shown as it is", async () => {
    siteId = await newSite("Ashdown house");
    const { context, page, mistakes } = await openWindow(browser);
    await firm.signIn(context);
    await page.goto(`${firm.hub.url}/sites/${siteId}/gateways/new`);

    await fill(page, home);
    await page.getByText(/All good: \d+ devices in 4 rooms/).waitFor();
    await keepPicture(page, "control4-checklist");
    await page.getByRole("button", { name: "Add this gateway" }).click();
    await page.getByText(/We see \d+ devices in 4 rooms/).waitFor();
    await page.getByRole("link", { name: "Look at the site" }).click();
    await page.getByText("Online").first().waitFor();
    await keepPicture(page, "control4-site");
    await page.getByRole("link", { name: /^Devices/ }).click();
    await page.getByText("Video matrix").first().waitFor();
    await keepPicture(page, "control4-devices");

    expect(mistakes).toEqual([]);
    const gateway = await firm.db.selectFrom("gateway").selectAll().executeTakeFirstOrThrow();
    expect(gateway).toMatchObject({ state: "online", connector: "control4" });
    expect(JSON.stringify(gateway)).not.toContain(home.password);
  });

  const things = async () => {
    const [{ devices, rooms }, { items }] = await Promise.all([
      firm.api("site.devices", { siteId }),
      firm.api("site.entities", { siteId }),
    ]);
    const called = <T extends { readonly id: string; readonly name: string }>(all: readonly T[], name: string): T => {
      const found = all.find((one) => one.name === name);
      if (found === undefined) throw new Error(`there is no ${name}`);
      return found;
    };
    return { devices, rooms, items, called };
  };

  const mailAbout = (reason: string, runId: RunId) =>
    firm.mail.next((mail) => mail.to === HOMEOWNER.email && (mail.text.includes(reason) || mail.text.includes(runId)));

  it("has its video matrix brought back by the installer's macro, once, after the homeowner's yes", async () => {
    const { devices, items, called } = await things();
    const reason = "The television shows nothing on any input";
    const run = await firm.api("run.start", {
      siteId,
      runbook: "control4/devices-offline",
      inputs: { device: called(devices, "Video matrix").id, macro: called(items, "Restart the AV rack").id },
      reason,
    });
    await until("the homeowner was asked", async () => (await firm.run(run.id)).status === "waiting_for_consent");
    expect(home.acts).toEqual([]);

    const token =
      consentLink(await mailAbout(reason, run.id))
        .split("/")
        .at(-1) ?? "";
    await firm.api("consent.answer", {
      token,
      answer: "allow",
      proposalCode: (await firm.api("consent.view", { token })).proposalCode,
    });

    expect(await firm.ended(run.id)).toMatchObject({ outcome: "fixed" });
    expect(home.acts).toEqual([{ item: 900, command: "EXECUTE_MACRO", params: { id: 1 } }]);
    expect(await firm.api("ledger.verify", { siteId })).toMatchObject({ whole: true });
  });

  it("has a room that hangs switched off and on, and calls it mended only when somebody there says so", async () => {
    home.house.stickRoom("Living room", home.house.find("Television").row.id);
    const before = home.acts.length;
    const { context, page, mistakes } = await openWindow(browser);
    await firm.signIn(context);

    await page.goto(`${firm.hub.url}/sites/${siteId}/start`);
    await page.getByText("Free a room whose picture or sound hangs").click();
    await page.getByRole("combobox", { name: "The room that hangs" }).click();
    await page.getByRole("option", { name: "Living room" }).click();
    await page.getByRole("combobox", { name: "What should be seen or heard there" }).click();
    await page.getByRole("option", { name: /^Television/ }).click();
    await page.getByLabel("Why?").fill("The picture in the living room is frozen");
    await keepPicture(page, "control4-room-stuck-start");
    await page.getByRole("button", { name: /^Ask .* and start|^Start/ }).click();
    await page.getByText("Waiting for an answer").first().waitFor();
    await keepPicture(page, "control4-room-stuck-question");
    // A question says what is asked and not why.
    const mail = await firm.mail.next(({ to, text }) => to === HOMEOWNER.email && /picture and sound/.test(text));
    const token = /\/q\/([\w-]+)/.exec(mail.text)?.[1] ?? "";
    await firm.api("question.answer", { token, answer: "works" });

    await page
      .getByText(/^Fixed/)
      .first()
      .waitFor();
    await keepPicture(page, "control4-room-stuck-fixed");
    expect(mistakes).toEqual([]);
    expect(home.acts.slice(before).map(({ command, params }) => [command, params])).toEqual([
      ["ROOM_OFF", {}],
      ["SELECT_VIDEO_DEVICE", { deviceid: home.house.find("Television").row.id }],
    ]);
    expect(home.house.isStuck("Living room")).toBe(false);
  });

  it("of OS 4.2 is refused in plain words while it is being added, and asked no more", async () => {
    const newer = await startFakeControl4({ knobs: { rejectsFreshTokens: true } });
    const other = await newSite("Newer house");
    const { context, page } = await openWindow(browser);
    await firm.signIn(context);
    await page.goto(`${firm.hub.url}/sites/${other}/gateways/new`);

    await fill(page, newer);
    await page.getByText(/OS 4\.2.*they let no program in/).waitFor();
    await keepPicture(page, "control4-os-4-2");
    const gateway = await firm.api("gateway.add", {
      siteId: other,
      connector: "control4",
      name: "Control4",
      config: newer.config,
    });
    await firm.gatewayState(gateway.id, other, "unsupported");
    const asked = newer.counters.requests;
    await new Promise((resolve) => setTimeout(resolve, 3000));

    expect(newer.counters.requests).toBe(asked);
    expect((await firm.api("gateway.list", { siteId: other })).items[0]).toMatchObject({
      state: "unsupported",
      nextTryAt: null,
      reason: { detail: expect.stringContaining("4.2.0.753182-res") },
    });
    await newer.close();
  });

  /** The overview of the home, wide and narrow, light and dark. */
  const keepOverview = async (page: Page, name: string): Promise<void> => {
    for (const [look, viewport] of Object.entries({ wide: DESKTOP, narrow: PHONE }))
      for (const colorScheme of ["light", "dark"] as const) {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme });
        await keepPicture(page, `${name}-${look}-${colorScheme}`);
      }
    await page.setViewportSize(DESKTOP);
  };

  it("whose account has another password now is said to be so, and asked no more", async () => {
    const { password } = home.account;
    home.account.password = "another";
    home.push.dropAll();
    const gateway = await firm.db
      .selectFrom("gateway")
      .select("id")
      .where("siteId", "=", siteId)
      .executeTakeFirstOrThrow();
    await firm.gatewayState(gateway.id as GatewayId, siteId, "access_withdrawn");
    const asked = home.counters.loginsRefused;
    const { context, page, mistakes } = await openWindow(browser);
    await firm.signIn(context);

    await page.goto(`${firm.hub.url}/sites/${siteId}`);
    await page.getByRole("link", { name: "See the gateway" }).first().waitFor();
    await page.getByRole("link", { name: "Find out why a Control4 controller refuses us" }).waitFor();
    await page.getByText(/Check account, password and application key/).waitFor();
    await keepOverview(page, "control4-password-changed");
    await page.getByRole("link", { name: "See the gateway" }).first().click();
    await page
      .getByText(/refused the login.*Check account, password and application key/)
      .first()
      .waitFor();

    expect(home.counters.loginsRefused).toBe(asked);
    expect(mistakes).toEqual([]);
    home.account.password = password;
    await firm.api("gateway.credentials.replace", { gatewayId: gateway.id as GatewayId, config: { password } });
    await firm.gatewayState(gateway.id as GatewayId, siteId, "online");
  });

  it("that was updated to OS 4.2 is said to be so once, with what to do, and asked no more", async () => {
    home.knobs.rejectsFreshTokens = true;
    // Its controller restarts for the update.
    home.push.dropAll();
    const gateway = await firm.db
      .selectFrom("gateway")
      .select("id")
      .where("siteId", "=", siteId)
      .executeTakeFirstOrThrow();
    await firm.gatewayState(gateway.id as GatewayId, siteId, "unsupported");
    const asked = home.counters.requests;
    const { context, page, mistakes } = await openWindow(browser);
    await firm.signIn(context);

    await page.goto(`${firm.hub.url}/sites/${siteId}`);
    await page.getByText("Control4").first().waitFor();
    await page.getByRole("link", { name: "See the gateway" }).first().waitFor();
    await keepOverview(page, "control4-os-4-2-overview");
    await page.getByRole("link", { name: "See the gateway" }).first().click();
    await page
      .getByText(/OS 4\.2.*they let no program in, and no remedy is known/)
      .first()
      .waitFor();
    await keepPicture(page, "control4-updated-to-os-4-2");
    const run = await firm.api("run.start", {
      siteId,
      runbook: "control4/director-auth",
      inputs: {},
      reason: "Nothing of this home is live any more",
    });

    expect(await firm.ended(run.id)).toMatchObject({ outcome: "found", note: expect.stringContaining("OS 4.2") });
    expect(home.counters.requests).toBe(asked);
    expect(mistakes).toEqual([]);
  });
});
