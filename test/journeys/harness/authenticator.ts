import type { Page } from "playwright-core";
import { devtoolsOf } from "./reading.ts";

/** A phone's own authenticator, as Chromium pretends to have one: it asks for a finger and gets it. */
export async function addAuthenticator(page: Page): Promise<void> {
  const devtools = await devtoolsOf(page);
  await devtools.send("WebAuthn.enable");
  await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}
