import { expect, it } from "vitest";
import { keepPicture, openWindow } from "./harness/browser.ts";
import { journey } from "./harness/stage.ts";
import { until } from "./harness/until.ts";

journey("a homeowner who takes the access away in Home Assistant", (stage) => {
  it("is believed at once: the site says so, nothing is tried on a timer, and new credentials bring it back", async () => {
    const { firm, home, browser } = stage();
    const { siteId, gatewayId } = await firm.addHome(home);

    await home.revokeToken();
    await firm.gatewayState(gatewayId, siteId, "access_withdrawn");
    const [gateway] = (await firm.api("gateway.list", { siteId })).items;
    expect(gateway?.nextTryAt).toBeNull();
    await until("it is in the ledger", async () => (await firm.ledger(siteId)).includes("gateway.access_withdrawn"));
    const { context, page } = await openWindow(browser);
    await firm.signIn(context);
    await page.goto(`${firm.hub.url}/sites/${siteId}`);
    await page
      .getByText(/withdr|taken away/i)
      .first()
      .waitFor();
    await keepPicture(page, "journey-access-withdrawn");
    // What was known is kept and shown with its age.
    expect((await firm.api("site.entities", { siteId })).items.some(({ state }) => state !== null)).toBe(true);

    const { token } = await home.createUser({ admin: true, name: "Caretaker again" });
    await firm.api("gateway.credentials.replace", { gatewayId, config: { url: home.url, token } });
    await firm.gatewayState(gatewayId, siteId, "online");
  });
});
