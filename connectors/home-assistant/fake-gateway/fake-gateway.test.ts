import { describe, expect, it } from "vitest";
import { openHome } from "../test-helpers.ts";
import { buildHome, demoHomes, largeHome, startFakeHomeAssistant } from "./index.ts";

describe("a built home", () => {
  it("has each thing once, with what it belongs to", () => {
    for (const home of [largeHome(300), ...demoHomes().map((demo) => demo.home)]) {
      const devices = new Set(home.devices.map(({ id }) => id));
      const entries = new Set(home.entries.map(({ id }) => id));
      const areas = new Set(home.areas.map(({ id }) => id));

      expect(devices.size).toBe(home.devices.length);
      expect(new Set(home.entities.map(({ id }) => id)).size).toBe(home.entities.length);
      expect(home.entities.every(({ device, entry }) => devices.has(device ?? "") && entries.has(entry ?? ""))).toBe(
        true,
      );
      expect(
        home.devices.every(
          ({ area, upstream }) => areas.has(area ?? "") && (upstream === undefined || devices.has(upstream)),
        ),
      ).toBe(true);
      expect(home.entities.filter(({ id }) => !/^[a-z_]+\.[a-z0-9_]+$/.test(id))).toEqual([]);
    }
  });

  it("has as many entities as asked for", () => {
    expect([1, 7, 300, 3000].map((count) => largeHome(count).entities.length)).toEqual([1, 7, 300, 3000]);
  });

  it("refuses a device that hangs on nothing", () => {
    const devices = [{ name: "Lamp", via: "Nothing", entities: {} }];

    expect(() => buildHome({ integrations: [{ domain: "hue", title: "Hue", devices }] })).toThrow(/Nothing/);
  });
});

describe("the demo homes", () => {
  it("are three, each with another trouble or none, and with a switch for what can be power-cycled", () => {
    const homes = demoHomes();

    expect(homes.map(({ trouble }) => trouble?.runbook)).toEqual([
      "home-assistant/stuck-integration",
      undefined,
      "home-assistant/dead-bridge",
    ]);
    for (const { home, poweredBy } of homes)
      for (const [device, outlet] of Object.entries(poweredBy)) {
        expect(home.devices.some(({ name }) => name === device)).toBe(true);
        expect(home.entities.some(({ id }) => id === outlet)).toBe(true);
        expect(home.entries.find(({ bridge }) => bridge?.plug === outlet)?.title).toBe(device);
      }
  });

  it.each(demoHomes().filter(({ trouble }) => trouble !== undefined))(
    "shows the trouble of $site and what ends it",
    async ({ home, trouble, poweredBy }) => {
      const plain = {
        ...home,
        entries: home.entries.map(({ bridge, ...entry }) =>
          bridge ? { ...entry, bridge: { ...bridge, bootSeconds: 0 } } : entry,
        ),
      };
      await using open = await openHome({ home: plain });
      const integration = open.key("integrations", trouble?.bridge ?? "");
      const before = await open.read("integration.state", { integration });
      expect(before).toMatchObject({ state: "loaded", unavailable: (before as { entities: number }).entities });

      const outlet = poweredBy[trouble?.bridge ?? ""];
      if (trouble?.runbook.endsWith("dead-bridge"))
        await open.act("power.cycle", { switch: open.key("entities", outlet ?? ""), off: 1 });
      await open.act("integration.reload", { integration });

      expect(await open.read("integration.state", { integration })).toMatchObject({ state: "loaded", unavailable: 0 });
    },
  );
});

describe("the fake Home Assistant", () => {
  it("counts every call that arrives, with who made it", async () => {
    await using home = await openHome();
    const integration = home.key("integrations", "Hall bridge");

    await home.act("integration.reload", { integration });
    await home.act("integration.reload", { integration });

    expect(home.fake.countActs("homeassistant", "reload_config_entry", { entry_id: integration })).toBe(2);
    expect(home.fake.countActs("homeassistant", "reload_config_entry", { entry_id: "another" })).toBe(0);
    expect(home.fake.acts[0]).toMatchObject({ user: "Caretaker", at: expect.any(Number) });
  });

  it("bans an address after as many refused logins as it was told", async () => {
    const fake = await startFakeHomeAssistant({ knobs: { bansAfter: 1 } });
    fake.countRefusedLogin("127.0.0.1");

    expect((await fetch(`${fake.url}/api/`)).status).toBe(403);
    await fake.close();
  });

  it("sends a prepared change to everybody who listens, without keeping it", async () => {
    await using home = await openHome();

    home.fake.emitPrepared(home.fake.prepareChange("light.hall_lamp", "on", { brightness: 9 }));

    await expect
      .poll(() => home.context.events.at(-1))
      .toMatchObject({ changes: [{ state: "on", attributes: { brightness: 9 } }] });
    expect(home.fake.state("light.hall_lamp")).toBe("off");
  });

  it("relapses after a reload when it is told to", async () => {
    await using home = await openHome();
    const integration = home.key("integrations", "Hall bridge");
    home.fake.setBridge("Hall bridge", "relapsing", { relapseAfterSeconds: 0.1 });

    await home.act("integration.reload", { integration });

    expect(await home.read("integration.state", { integration })).toMatchObject({ unavailable: 0 });
    await expect
      .poll(() => home.read("integration.state", { integration }))
      .toMatchObject({ state: "loaded", unavailable: 6 });
  });

  it("tries a failed setup again by itself", async () => {
    await using home = await openHome({ knobs: { retryMilliseconds: 20 } });
    home.fake.setBridge("Hall bridge", "not_ready");
    await home.act("integration.reload", { integration: home.key("integrations", "Hall bridge") });
    expect(home.fake.entryState("Hall bridge")).toBe("setup_retry");

    home.fake.setBridge("Hall bridge", "ok");

    await expect.poll(() => home.fake.entryState("Hall bridge")).toBe("loaded");
  });

  it("is lived in for a demo", async () => {
    const fake = await startFakeHomeAssistant({ home: largeHome(50), isLivedIn: true });
    let changes = 0;
    fake.house.states.changes.listen(() => {
      changes += 1;
    });

    await expect.poll(() => changes, { timeout: 8000 }).toBeGreaterThan(0);
    await fake.close();
  });
});
