import { createRequire } from "node:module";
import { available } from "@caretaker/kit/require.ts";
import { describe, expect, it } from "vitest";
import { startFakeHome } from "../fake-gateway/index.ts";

interface CrestronClient {
  getDevices(types: readonly string[]): Promise<{ id: number; name: string; roomName?: string }[]>;
  getShadeState(id: number): Promise<{ position: number }>;
  setLightsState(lights: readonly { id: number; level: number; time: number }[]): Promise<void>;
  recallScene(id: number): Promise<{ status: string }>;
  getThermostatState(id: number): Promise<{ currentMode: string }>;
  lockDoor(id: number): Promise<unknown>;
}
type Client = new (host: string, token: string, log: Record<string, (...line: unknown[]) => void>) => CrestronClient;

/** Where homebridge-crestron-home was installed, by itself: it is no dependency of ours. */
const FOLDER = process.env.CARETAKER_CRESTRON_HOME_CLIENT ?? "";

function findClient(): Client | undefined {
  try {
    const load = createRequire(`${FOLDER}/package.json`);
    return (load("homebridge-crestron-home/dist/crestronClient.js") as { CrestronClient: Client }).CrestronClient;
  } catch {
    return undefined;
  }
}

const Found = findClient();
const client = available("homebridge-crestron-home", () =>
  Found === undefined ? "no homebridge-crestron-home 1.2.3 here" : undefined,
);

describe.skipIf(client.skip)(client.title("homebridge-crestron-home, which knows nothing of us"), () => {
  const open = (port: number, token: string) => {
    const errors: unknown[] = [];
    const log = { debug() {}, info() {}, warn() {}, error: (...line: unknown[]) => void errors.push(line[0]) };
    if (Found === undefined) throw new Error("There is no client");
    return { home: new Found(`127.0.0.1:${port}`, token, log), errors };
  };

  it("signs in, finds the things of the house, and moves some of them", async () => {
    await using fake = await startFakeHome();
    const { home, errors } = open(fake.port, fake.token);

    const devices = await home.getDevices(["Dimmer", "Switch", "Shade", "Scene", "Thermostat", "lock"]);
    await home.setLightsState([{ id: 52_066, level: 30_000, time: 0 }]);
    await home.recallScene(52_201);
    await home.lockDoor(53_001);

    expect(devices.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["Hall Pendant", "Hall Porch", "Living room Blind", "Living room Evening"]),
    );
    expect(await home.getShadeState(52_080)).toMatchObject({ position: 32_768 });
    expect(await home.getThermostatState(52_101)).toMatchObject({ currentMode: "Cool" });
    expect(fake.row("Pendant").level).toBe(30_000);
    expect(fake.acts).toEqual(["/lights/setstate", "/scenes/recall/52201", "/doorlocks/lock/53001"]);
    expect(errors).toEqual([]);
  });

  it("is refused with a wrong token", async () => {
    await using fake = await startFakeHome();

    expect(await open(fake.port, "wrong").home.getDevices(["Dimmer"])).toEqual([]);
    expect(fake.refusals).toBeGreaterThan(0);
  });
});
