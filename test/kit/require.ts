import { existsSync } from "node:fs";

/** What some tests need, and not every machine has. `CARETAKER_REQUIRE` lists those that must be there, by commas. */
const NEEDS = [
  "home-assistant",
  "chromium",
  "smtp",
  "cresnextws",
  "openssh",
  "pycontrol4",
  "homebridge-crestron-home",
  "netns",
] as const;
export type Need = (typeof NEEDS)[number];

/** Whether a need is met on this machine. */
export interface Availability {
  /** For `describe.skipIf`. */
  readonly skip: boolean;
  /** Why it is not met, as a person would say it; undefined when it is. */
  readonly reason: string | undefined;
  /** The title, with the reason behind it when its tests are skipped, so that a skip is never silent. */
  title(title: string): string;
}

/**
 * Asks whether tests that need something can run here. `findReason` answers why not, or nothing when they can.
 *
 *     const home = available("home-assistant", () => whyNoRealHome("newest"));
 *     describe.skipIf(home.skip)(home.title("a wedged bridge"), () => { ... });
 *
 * Throws, so that the test file fails, when the need is not met but `CARETAKER_REQUIRE` names it.
 */
export function available(
  need: Need,
  findReason: () => string | null | undefined,
  required: string = process.env.CARETAKER_REQUIRE ?? "",
): Availability {
  const isRequired = readRequired(required).includes(need);
  const reason = findReason() ?? undefined;
  if (reason && isRequired) throw new Error(`CARETAKER_REQUIRE names ${need}, but: ${reason}`);
  return {
    skip: reason !== undefined,
    reason,
    title: (title) => (reason ? `${title} (skipped: ${reason})` : title),
  };
}

/** Whether journeys run a second time through an agent: only where all is wanted, so that a person's `npm test` stays quick. */
export function runsTwice(env: Readonly<Record<string, string | undefined>> = process.env): boolean {
  return (env.CARETAKER_REQUIRE ?? "") !== "" || (env.CI ?? "") !== "";
}

function readRequired(required: string): readonly string[] {
  const named = required.split(",").map((name) => name.trim());
  const unknown = named.filter((name) => name !== "" && !NEEDS.includes(name as Need));
  if (unknown.length > 0) {
    throw new Error(`CARETAKER_REQUIRE names ${unknown.join(", ")}; what can be required is ${NEEDS.join(", ")}`);
  }
  return named;
}

const CHROMIUMS = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/opt/google/chrome/chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** The Chromium that browser tests run: `CARETAKER_CHROMIUM`, or the first one where it is usually installed. */
export function findChromium(named: string | undefined = process.env.CARETAKER_CHROMIUM): string | undefined {
  return (named ? [named] : CHROMIUMS).find((path) => existsSync(path));
}

/** Why browser tests cannot run here; undefined when they can. */
export function whyNoChromium(named: string | undefined = process.env.CARETAKER_CHROMIUM): string | undefined {
  if (findChromium(named)) return undefined;
  if (named) return `CARETAKER_CHROMIUM names ${named}, which does not exist`;
  return "no Chromium is installed; install one, or name it in CARETAKER_CHROMIUM";
}
