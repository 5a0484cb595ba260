/**
 * A real Home Assistant for tests.
 *
 *     npm run home-assistant:install                       # once, about three minutes; both versions
 *
 *     import { startRealHome } from "@caretaker/kit/real-home-assistant/index.ts";
 *     const home = await startRealHome({ version: "newest" });     // three seconds
 *     connect(home.url, home.token);                               // a long-lived token of an administrator "Caretaker"
 *     await home.setBridge("Hall bridge", "wedged");
 *     await home.stop();
 *
 * Each home is fresh: onboarded, with floors and rooms, the demo integration (some 140 entities), repair issues, two
 * bridges that fail on command and the plugs that feed them. It ends with the process that started it.
 */

export {
  type BridgeExtra,
  type BridgeMode,
  type BridgeName,
  type ConfigEntry,
  RealHome,
  type StartRealHome,
} from "./home.ts";
export { CommandError, HomeSocket, type Message } from "./socket.ts";
export type { Version } from "./versions.ts";

import { RealHome, type StartRealHome } from "./home.ts";
import { allVersions, Installation, type Version } from "./versions.ts";

/** Whether this version is installed, with the packages that are pinned now. */
export function isInstalled(version: Version): boolean {
  return new Installation(version).isReady();
}

/** Why tests cannot use this version here, as a person would say it; undefined when they can. */
export function whyNoRealHome(version: Version): string | undefined {
  if (isInstalled(version)) return undefined;
  return `Home Assistant ${version} is not installed: npm run home-assistant:install -- ${version}`;
}

/** Every version that the tests know, and why it cannot be used here, if so. */
export function findRealHomes(): readonly { readonly version: Version; readonly reason: string | undefined }[] {
  return allVersions.map((version) => ({ version, reason: whyNoRealHome(version) }));
}

/** Starts a fresh home. Rejects with the end of its log when it does not come up. */
export async function startRealHome(wanted: StartRealHome): Promise<RealHome> {
  const reason = whyNoRealHome(wanted.version);
  if (reason) throw new Error(reason);
  return RealHome.create(wanted);
}
