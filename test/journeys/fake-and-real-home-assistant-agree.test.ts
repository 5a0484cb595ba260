import { startFakeHomeAssistant } from "@caretaker/connector-home-assistant/fake-gateway";
import { findRealHomes, type RealHome, startRealHome } from "@caretaker/kit/real-home-assistant/index.ts";
import { available } from "@caretaker/kit/require.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { behaviourProbes, type Subject, shapeProbes } from "./home-assistant/probes.ts";

for (const { version, reason } of findRealHomes()) {
  const need = available("home-assistant", () => reason);
  describe.skipIf(need.skip)(need.title(`the fake Home Assistant and the real one of ${version}`), () => {
    let real: Subject;
    let fake: Subject;
    const closing: (() => Promise<void>)[] = [];

    beforeAll(async () => {
      const home = await startRealHome({ version, name: "agree" });
      closing.push(() => home.stop());
      real = await asSubject(home);
      const simulated = await startFakeHomeAssistant({ version: home.core });
      closing.push(() => simulated.close());
      fake = {
        url: simulated.url,
        token: simulated.token,
        guestToken: simulated.createUser("Guest", { isAdmin: false }).token,
        setBridge: (name, mode) => simulated.setBridge(name, mode),
        revokeToken: () => simulated.revokeToken(),
      };
    });

    afterAll(async () => {
      await Promise.all(closing.map((close) => close()));
    });

    it.each(Object.entries(shapeProbes))("say %s in the same shape", async (_what, probe) => {
      expect(await probe(fake)).toEqual(await probe(real));
    });

    it.each(Object.entries(behaviourProbes))("do the same: %s", async (_what, probe) => {
      expect(await probe(fake)).toEqual(await probe(real));
    });
  });
}

async function asSubject(home: RealHome): Promise<Subject> {
  await home.callService("caretaker_test", "log", { message: "Something for the log" });
  const { token: guestToken } = await home.createUser({ admin: false, name: "Guest" });
  return {
    url: home.url,
    token: home.token,
    guestToken,
    setBridge: (name, mode) => home.setBridge(name, mode),
    revokeToken: () => home.revokeToken(),
  };
}
