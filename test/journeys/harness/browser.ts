import { mkdirSync } from "node:fs";
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

const SCREENSHOTS = join(import.meta.dirname, "..", "screenshots");

export const DESKTOP = { width: 1280, height: 800 };
export const PHONE = { width: 360, height: 740 };
export type Theme = "light" | "dark";

/** A real Chromium, `executable` being where it was found. Its own traffic to the outside is switched off. */
export function openBrowser(executable: string): Promise<Browser> {
  return chromium.launch({
    executablePath: executable,
    args: [
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** A window of a person of its own: no cookies shared with another. Errors of the page's scripts are kept in `mistakes`. */
export async function openWindow(
  browser: Browser,
  options: { viewport?: { width: number; height: number }; theme?: Theme; locale?: string } = {},
): Promise<{ context: BrowserContext; page: Page; mistakes: string[] }> {
  const context = await browser.newContext({
    viewport: options.viewport ?? DESKTOP,
    colorScheme: options.theme ?? "light",
    locale: options.locale ?? "en-GB",
    timezoneId: "Europe/Amsterdam",
  });
  const page = await context.newPage();
  const mistakes: string[] = [];
  page.on("pageerror", (error) => mistakes.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && /Content Security Policy|Uncaught/.test(message.text()))
      mistakes.push(message.text());
  });
  page.setDefaultTimeout(45_000);
  return { context, page, mistakes };
}

/** Keeps a picture of the page as a file, named after what it shows, when `CARETAKER_PICTURES` asks for them: no test looks at one. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  if (!process.env.CARETAKER_PICTURES) return;
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true, animations: "disabled" });
}

/** What axe finds serious or critical, as `rule: element`. */
export async function seriousMistakes(page: Page): Promise<string[]> {
  // What still fades in has too little contrast for a fifth of a second. What breathes never ends, and is not waited for.
  await page.waitForFunction(() =>
    document
      .getAnimations()
      .every(({ playState, effect }) => playState !== "running" || effect?.getComputedTiming().endTime === Infinity),
  );
  // Everything is looked at, and only what is wrong is worked out to be told. The page has no frames of others, which is
  // what the library's own way opens a page of its own for, each time.
  const { violations } = await new AxeBuilder({ page })
    .options({ resultTypes: ["violations"] })
    .setLegacyMode()
    .analyze();
  return violations
    .filter((violation) => violation.impact === "serious" || violation.impact === "critical")
    .flatMap((violation) =>
      violation.nodes.map((node) => `${violation.id}: ${node.target.join(" ")} ${node.failureSummary ?? ""}`),
    );
}
