import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { available } from "../require.ts";
import { findRealHomes, type RealHome, startRealHome, type Version, whyNoRealHome } from "./index.ts";
import { until } from "./process.ts";
import { isAlive } from "./turn.ts";

const RESTART_MILLISECONDS = 60_000;
const BEHIND_HALL_BRIDGE = ["light.hall_lamp", "sensor.hall_motion_sensor_battery", "update.hall_bridge_firmware"];

interface User {
  readonly name: string;
  readonly is_admin: boolean;
}

interface Flow {
  readonly flow_id: string;
  readonly handler: string;
  readonly context: { readonly source: string; readonly entry_id?: string };
}

describe.each(findRealHomes())("Home Assistant $version", ({ version }) => {
  const installed = available("home-assistant", () => whyNoRealHome(version));
  describe.skipIf(installed.skip)(installed.title("its test home"), () => describeHome(version));
});

function describeHome(version: Version): void {
  let home: RealHome;
  let next: RealHome | undefined;

  beforeAll(async () => {
    home = await startRealHome({ version, name: "kit-test" });
  }, 120_000);

  afterAll(async () => {
    await Promise.all([home?.stop(), next?.stop()]);
  });

  beforeEach(async () => {
    if (home.pid === undefined) await home.start();
    await home.callService("switch", "turn_on", { entity_id: "switch.hall_bridge_plug" });
    await home.setBridge("Hall bridge", "ok");
    await home.reload("Hall bridge");
  }, RESTART_MILLISECONDS);

  const behindBridge = async (): Promise<readonly boolean[]> => {
    const states = await Promise.all(BEHIND_HALL_BRIDGE.map((entityId) => home.state(entityId)));
    return states.map((state) => state !== "unavailable");
  };
  const allThere = BEHIND_HALL_BRIDGE.map(() => true);
  const noneThere = BEHIND_HALL_BRIDGE.map(() => false);

  it("lets Caretaker in as an administrator of its own", async () => {
    const socket = await home.connect();

    const user = await socket.send<User>({ type: "auth/current_user" });
    const config = await socket.send<{ version: string; state: string }>({ type: "get_config" });

    expect(user).toMatchObject({ name: "Caretaker", is_admin: true });
    expect(config).toMatchObject({ version: home.core, state: "RUNNING" });
    socket.close();
  });

  it("has rooms with devices in them", async () => {
    const areas = await home.send<{ area_id: string; name: string }[]>({ type: "config/area_registry/list" });
    const devices = await home.send<{ name: string; area_id: string }[]>({ type: "config/device_registry/list" });

    expect(areas.map((area) => area.name)).toEqual(expect.arrayContaining(["Hall", "Garden", "Living Room"]));
    expect(devices.find((device) => device.name === "Hall lamp")?.area_id).toBe("hall");
  });

  it("leaves the entry of a wedged bridge loaded while its entities are gone, until a reload", async () => {
    await home.setBridge("Hall bridge", "wedged");

    expect((await home.entry("Hall bridge")).state).toBe("loaded");
    expect(await behindBridge()).toEqual(noneThere);
    expect(await home.state("light.garden_lamp")).not.toBe("unavailable");

    expect((await home.reload("Hall bridge")).state).toBe("loaded");
    expect(await behindBridge()).toEqual(allThere);
  });

  it("lets a relapsing bridge look healed for a moment", async () => {
    await home.setBridge("Hall bridge", "relapsing");
    await home.reload("Hall bridge");

    expect(await behindBridge()).toEqual(allThere);
    await until(async () => (await home.state("light.hall_lamp")) === "unavailable", 6, "the bridge did not relapse");
  });

  it("brings a dead bridge back with its plug and a reload, and with no reload alone", async () => {
    await home.setBridge("Hall bridge", "dead");

    expect(await home.reload("Hall bridge")).toMatchObject({ state: "setup_retry", reason: expect.any(String) });

    await home.callService("switch", "turn_off", { entity_id: "switch.hall_bridge_plug" });
    await home.callService("switch", "turn_on", { entity_id: "switch.hall_bridge_plug" });
    expect((await home.reload("Hall bridge")).state).toBe("loaded");
    expect(await behindBridge()).toEqual(allThere);
  });

  it("asks to sign in again when a bridge refuses the password", async () => {
    await home.setBridge("Hall bridge", "auth");

    const entry = await home.reload("Hall bridge");
    const flows = await home.send<Flow[]>({ type: "config_entries/flow/progress" });

    expect(entry.state).toBe("setup_error");
    const reauth = flows.filter(({ context }) => context.source === "reauth" && context.entry_id === entry.entry_id);
    expect(reauth).toHaveLength(1);
  });

  it.each([
    ["not_ready", "setup_retry"],
    ["broken", "setup_error"],
  ] as const)("ends a reload of a bridge that is %s in %s", async (mode, state) => {
    await home.setBridge("Hall bridge", mode);

    expect((await home.reload("Hall bridge")).state).toBe(state);
  });

  it("keeps the old firmware when the update fails", async () => {
    await home.setBridge("Hall bridge", "bad_update");

    const update = home.callService("update", "install", { entity_id: "update.hall_bridge_firmware" });

    await expect(update).rejects.toThrow("checksum");
    expect(await home.state("update.hall_bridge_firmware")).toBe("on");
  });

  it("shows a battery that is set", async () => {
    await home.setBridge("Hall bridge", "ok", { battery: 7 });

    expect(await home.state("sensor.hall_motion_sensor_battery")).toBe("7");
  });

  it("makes a user that is no administrator", async () => {
    const { token } = await home.createUser({ admin: false, name: "Guest" });
    const guest = await home.connect(token);

    expect(await guest.send<User>({ type: "auth/current_user" })).toMatchObject({ name: "Guest", is_admin: false });
    await expect(guest.send({ type: "system_log/list" })).rejects.toMatchObject({ code: "unauthorized" });
    guest.close();
  });

  it("answers nothing while it is paused, and everything afterwards", async () => {
    const socket = await home.connect();
    let hasAnswered = false;

    home.pause();
    const answer = socket.send({ type: "ping" }).then(() => {
      hasAnswered = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(hasAnswered).toBe(false);
    home.resume();

    await answer;
    expect(hasAnswered).toBe(true);
    socket.close();
  });

  it(
    "comes back from a restart with the same token",
    async () => {
      const before = home.pid;

      await home.restart();

      expect(home.pid).not.toBe(before);
      (await home.connect()).close();
    },
    RESTART_MILLISECONDS,
  );

  it(
    "comes back from a power cut with the same address and token",
    async () => {
      await home.kill();
      expect(home.pid).toBeUndefined();
      await expect(fetch(home.url)).rejects.toThrow();

      await home.start();

      (await home.connect()).close();
    },
    RESTART_MILLISECONDS,
  );

  it(
    "ends with the process that started it, and is swept away",
    async () => {
      const script = `
        import { startRealHome } from ${JSON.stringify(join(import.meta.dirname, "index.ts"))};
        const home = await startRealHome({ version: ${JSON.stringify(version)} });
        console.log(JSON.stringify({ pid: home.pid, config: home.config }));
        home.pause();
        process.kill(process.pid, "SIGKILL");`;
      const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const ended = once(child, "exit");
      const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
      const left = JSON.parse(line) as { pid: number; config: string };

      await until(() => !isAlive(left.pid), 10, "it outlived its test");
      // On a busy machine the home may be gone before the process that began it quite is.
      await ended;

      next = await startRealHome({ version });
      expect(existsSync(left.config)).toBe(false);
    },
    RESTART_MILLISECONDS,
  );

  it(
    "refuses a token that was revoked, and closes its connections",
    async () => {
      // A start takes long: the home of the test before is of no more use to anybody.
      const other = next ?? (await startRealHome({ version }));
      next = other;
      const socket = await other.connect();

      await other.revokeToken();

      await socket.closed();
      await expect(other.connect()).rejects.toThrow("refused the token");
    },
    RESTART_MILLISECONDS,
  );
}
