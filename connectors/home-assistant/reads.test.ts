import { describe, expect, it } from "vitest";
import { buildHome, testHome } from "./fake-gateway/index.ts";
import { openHome } from "./test-helpers.ts";

describe("reading a home", () => {
  it("says what Home Assistant is", async () => {
    await using home = await openHome();

    expect(await home.read("gateway.info", {})).toEqual({
      name: "Test home",
      version: "2026.11.0",
      state: "running",
      timeZone: "Europe/Amsterdam",
      isAdmin: true,
      recording: true,
    });
  });

  it.each([
    ["does not record", { recording: false, thread_running: true }, false],
    ["has a recorder that died", { recording: true, thread_running: false }, false],
    ["says nonsense of its recorder", "x", null],
  ])("tells when it %s", async (_what, answer, recording) => {
    await using home = await openHome();
    home.fake.knobs.answers.set("recorder/info", answer);

    expect(await home.read("gateway.info", {})).toMatchObject({ recording });
  });

  it("counts the integrations that are ill", async () => {
    await using home = await openHome();
    home.fake.setBridge("Hall bridge", "wedged");

    await expect
      .poll(() => home.read("integration.list", {}))
      .toMatchObject({
        ill: 1,
        integrations: [
          { name: "Hall bridge", state: "loaded", unavailable: 6, entities: 8 },
          { name: "Garden bridge", unavailable: 0 },
          { name: "Bridge plugs" },
        ],
      });
  });

  it("does not count what somebody switched off", async () => {
    const devices = [{ name: "Lamp", entities: { "light.a": "on" } }];
    await using home = await openHome({
      home: buildHome({ integrations: [{ domain: "hue", title: "Hue", disabled: true, devices }] }),
    });

    expect(await home.read("integration.list", {})).toMatchObject({
      ill: 0,
      integrations: [{ disabled: true, state: "not_loaded" }],
    });
  });

  it.each([
    ["ok", { state: "loaded", unavailable: 0, needsSignIn: false }],
    ["wedged", { state: "loaded", unavailable: 6, needsSignIn: false }],
    ["dead", { state: "loaded", unavailable: 6, needsSignIn: false }],
    ["not_ready", { state: "setup_retry", reason: expect.stringMatching(/did not answer/), needsSignIn: false }],
    ["auth", { state: "setup_error", reason: "Hall bridge refused the password", needsSignIn: true }],
    ["broken", { state: "setup_error", needsSignIn: false }],
  ] as const)("says how an integration is whose bridge is %s from the start", async (mode, expected) => {
    await using home = await openHome({ home: testHome({ hall: { mode } }) });

    expect(
      await home.read("integration.state", { integration: home.key("integrations", "Hall bridge") }),
    ).toMatchObject(expected);
  });

  it.each([
    ["Hall bridge", "offline", "its own word says that it is not connected"],
    ["Hall lamp", "offline", "nothing of it answers"],
    ["Garden bridge", "online", "it is well"],
    ["Hall bridge plug", "online", "it does not hang on the bridge"],
  ])("says of %s that it is %s: %s", async (device, availability) => {
    await using home = await openHome({ home: testHome({ hall: { mode: "wedged" } }) });

    expect(await home.read("device.state", { device: home.key("devices", device) })).toMatchObject({ availability });
  });

  it("judges a box that shows nothing by what hangs on it", async () => {
    const lamp = { name: "Lamp", via: "Box", entities: { "light.a": "unavailable" } };
    const plan = (mode: "ok" | "wedged") =>
      buildHome({
        integrations: [
          {
            domain: "hue",
            title: "Hue",
            bridge: { mode },
            devices: [
              { name: "Box", entities: { "update.box": { state: "off", name: "Firmware" } } },
              { ...lamp, entities: { "light.a": "on" } },
            ],
          },
        ],
      });
    for (const [mode, availability] of [
      ["ok", "online"],
      ["wedged", "offline"],
    ] as const) {
      await using home = await openHome({ home: plan(mode) });
      expect(await home.read("device.state", { device: home.key("devices", "Box") })).toMatchObject({ availability });
    }
  });

  it("says battery and last sign of a sensor", async () => {
    await using home = await openHome();

    expect(await home.read("device.state", { device: home.key("devices", "Hall motion sensor") })).toMatchObject({
      availability: "online",
      battery: 87,
      lastSeen: "2026-11-22T18:00:00.000Z",
    });
  });

  it("says the state of an entity, and since when", async () => {
    await using home = await openHome();

    expect(
      await home.read("entity.state", { entity: home.key("entities", "update.hall_bridge_firmware") }),
    ).toMatchObject({
      state: "on",
      availability: "online",
      since: expect.stringMatching(/^\d{4}-.*Z$/),
      attributes: { installed_version: "1.2.0", latest_version: "1.3.0" },
    });
  });

  it.each([
    ["log.errors", "system_log/list"],
    ["backup.info", "backup/info"],
    ["repairs.list", "repairs/list_issues"],
  ] as const)("%s is not available where the command is unknown or forbidden", async (capability, command) => {
    await using home = await openHome();
    home.fake.knobs.unknownCommands.add(command);
    await expect(home.read(capability, {})).rejects.toMatchObject({
      code: "not_available_here",
      message: expect.stringMatching(/does not offer/),
    });

    home.fake.knobs.unknownCommands.clear();
    home.fake.knobs.refusedCommands.add(command);

    await expect(home.read(capability, {})).rejects.toMatchObject({
      code: "not_available_here",
      message: expect.stringMatching(/administrator/),
    });
  });

  it.each([
    ["backup.info", "backup/info"],
    ["repairs.list", "repairs/list_issues"],
    ["gateway.info", "get_config"],
  ] as const)("%s that is answered with nonsense is said to be that", async (capability, command) => {
    await using home = await openHome();
    home.fake.knobs.answers.set(command, [7]);

    await expect(home.read(capability, {})).rejects.toMatchObject({ code: "gateway_misbehaving" });
  });

  it("keeps secrets of the log in the home", async () => {
    const log = [
      {
        name: "homeassistant.components.hue",
        level: "ERROR" as const,
        message: "login with api_key=abc123 failed",
        count: 1,
        minutesAgo: 1,
      },
    ];
    await using home = await openHome({ home: { ...testHome(), log } });

    const told = JSON.stringify(await home.read("log.errors", {}));

    expect(told).toContain("api_key=[secret]");
    expect(told).not.toContain("abc123");
  });

  it("lists which software runs on what, and where there is newer", async () => {
    await using home = await openHome();

    const { firmware, outdated } = await home.session.read({ capability: "firmware.list", input: {} });

    const bridge = home.inventory().devices.find(({ name }) => name === "Hall bridge")?.key;
    expect(firmware[0]).toEqual({ name: "Home Assistant Core", version: "2026.11.0", newer: null });
    expect(firmware).toContainEqual({ name: "Hall bridge", version: "1.2.0", newer: "1.3.0", device: bridge });
    expect(outdated).toBe(2);
  });

  it("still says what it may to a user who is no administrator", async () => {
    await using home = await openHome({ isAdmin: false });

    expect(await home.read("integration.list", {})).toMatchObject({ ill: 0 });
    expect(await home.read("updates.list", {})).toMatchObject({ waiting: 2 });
    await expect(home.read("log.errors", {})).rejects.toMatchObject({ code: "not_available_here" });
  });
});
