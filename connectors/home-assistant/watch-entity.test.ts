import { createPlainDialer } from "@caretaker/kit";
import { systemClock } from "@caretaker/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FakeHomeAssistant, startFakeHomeAssistant } from "./fake-gateway/index.ts";
import { watchEntity } from "./watch-entity.ts";

const SWITCH = "input_boolean.caretaker_service_access";

describe("watching one entity", () => {
  let fake: FakeHomeAssistant;
  let told: (string | null)[];
  let losses: number;

  beforeEach(async () => {
    fake = await startFakeHomeAssistant();
    told = [];
    losses = 0;
  });
  afterEach(() => fake.close());

  const watch = (config: object = { url: fake.url, token: fake.token }) =>
    watchEntity(config, {
      dialer: createPlainDialer(),
      clock: systemClock,
      entityId: SWITCH,
      tell: (state) => told.push(state),
      lost: () => {
        losses += 1;
      },
    });

  it("tells how it is at once, and each change, and nothing of other entities", async () => {
    fake.setState(SWITCH, "on");
    const watched = await watch();
    await expect.poll(() => told).toEqual(["on"]);

    fake.setState("light.hall_lamp", "on");
    fake.setState(SWITCH, "off");
    fake.setState(SWITCH, "off", { friendly_name: "Service access" });
    fake.setState(SWITCH, "on");

    await expect.poll(() => told).toEqual(["on", "off", "on"]);
    watched.close();
    expect(losses).toBe(0);
  });

  it("tells of one that does not exist, of one that is made later, and of one that is taken away", async () => {
    const watched = await watch();
    await expect.poll(() => told).toEqual([null]);

    fake.setState(SWITCH, "off");
    await expect.poll(() => told).toEqual([null, "off"]);
    fake.removeEntity(SWITCH);

    await expect.poll(() => told).toEqual([null, "off", null]);
    watched.close();
  });

  it("says once that its line is gone", async () => {
    await watch();

    fake.dropClients();

    await expect.poll(() => losses).toBe(1);
  });

  it("refuses without a token, and with one that is not taken", async () => {
    await expect(watch({ url: `${fake.url}/core` })).rejects.toMatchObject({ code: "gateway_auth_failed" });
    await expect(watch({ url: fake.url, token: "not-the-token-of-this-home" })).rejects.toMatchObject({
      code: "gateway_auth_failed",
    });
    expect(fake.counters.logins).toBe(0);
  });
});
