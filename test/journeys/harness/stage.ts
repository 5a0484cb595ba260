import {
  type FakeHomeAssistant,
  startFakeHomeAssistant,
  testHome,
} from "@caretaker/connector-home-assistant/fake-gateway";
import { type RealHome, startRealHome, type Version, whyNoRealHome } from "@caretaker/kit/real-home-assistant/index.ts";
import { available, findChromium, whyNoChromium } from "@caretaker/kit/require.ts";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe } from "vitest";
import { openBrowser, openWindow, PHONE } from "./browser.ts";
import { Firm, HOMEOWNER } from "./firm.ts";
import { consentLink } from "./mail.ts";

/** A settled firm, a real Home Assistant and a browser, open while the tests of one file run. */
export interface Stage {
  readonly firm: Firm;
  readonly home: RealHome;
  readonly browser: Browser;
}

/**
 * A journey that needs a real Home Assistant and a real Chromium. Skipped, with the reason in its title, where one is
 * missing. `tests` is given a function, since the stage is set only once the tests run.
 */
export function journey(title: string, tests: (stage: () => Stage) => void, version: Version = "newest"): void {
  const needsHome = available("home-assistant", () => whyNoRealHome(version));
  const needsBrowser = available("chromium", whyNoChromium);
  describe.skipIf(needsHome.skip || needsBrowser.skip)(needsBrowser.title(needsHome.title(title)), () => {
    let stage: Stage | undefined;
    beforeAll(async () => {
      const [firm, home, browser] = await Promise.all([
        Firm.open().then((opened) => opened.settle()),
        startRealHome({ version }),
        openBrowser(findChromium() ?? ""),
      ]);
      stage = { firm, home, browser };
    });
    afterAll(async () => {
      await stage?.browser.close();
      await Promise.all([stage?.firm.close(), stage?.home.stop()]);
    });
    tests(() => setStage(stage));
  });
}

/** As a stage, with a simulated Home Assistant. */
export interface SimulatedStage extends Pick<Stage, "firm" | "browser"> {
  readonly home: FakeHomeAssistant;
}

/** A journey that needs a real Chromium and no real home: the bridge in the hall of this one is wedged. */
export function simulatedJourney(title: string, tests: (stage: () => SimulatedStage) => void): void {
  const chromium = available("chromium", whyNoChromium);
  describe.skipIf(chromium.skip)(chromium.title(title), () => {
    let stage: SimulatedStage | undefined;
    beforeAll(async () => {
      const [firm, browser, home] = await Promise.all([
        Firm.open().then((opened) => opened.settle()),
        openBrowser(findChromium() ?? ""),
        startFakeHomeAssistant({ home: testHome({ hall: { mode: "wedged" } }) }),
      ]);
      stage = { firm, browser, home };
    });
    afterAll(async () => {
      await stage?.browser.close();
      await Promise.all([stage?.firm.close(), stage?.home.close()]);
    });
    tests(() => setStage(stage));
  });
}

function setStage<S>(stage: S | undefined): S {
  if (stage === undefined) throw new Error("the stage is not set");
  return stage;
}

/** Opens the newest message's link on a phone, as the homeowner does. */
export async function onThePhone({ firm, browser }: Pick<Stage, "firm" | "browser">) {
  const mail = await firm.mail.next(({ to }) => to === HOMEOWNER.email);
  const window = await openWindow(browser, { viewport: PHONE });
  await window.page.goto(consentLink(mail));
  await window.page.getByRole("heading", { level: 1 }).waitFor();
  return { ...window, mail, press: (name: string) => window.page.getByRole("button", { name, exact: true }).click() };
}
