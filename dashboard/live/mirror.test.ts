import type { EntityId, FleetSnapshot, RunEvent, RunId, SiteId, SiteSnapshot, WatchAnswer } from "@caretaker/protocol";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AT, buildEntity, buildRow, FakeLine, id } from "../test-helpers.tsx";
import { Mirror } from "./mirror.ts";

const SITE = id<SiteId>(1);
const LAMP = id<EntityId>(50);
const now = (flush: () => void): void => flush();

function fleet(epoch: string, number: number, name: string): WatchAnswer {
  const snapshot: FleetSnapshot = { room: "fleet", epoch, number, sites: [buildRow({ id: SITE, name })], runs: [] };
  return { ok: true, snapshot };
}

function fleetSays(number: number, name: string, epoch = "one") {
  return { epoch, number, sites: [buildRow({ id: SITE, name })] };
}

function site(number: number): WatchAnswer {
  const snapshot: SiteSnapshot = {
    room: "site",
    epoch: "one",
    number,
    siteId: SITE,
    row: buildRow({ id: SITE }),
    gateways: [],
    rooms: [],
    integrations: [],
    devices: [],
    entities: [buildEntity({ id: LAMP }), buildEntity({ id: id<EntityId>(51) })],
    runs: [],
  };
  return { ok: true, snapshot };
}

describe("the mirror", () => {
  let line: FakeLine;
  let mirror: Mirror;
  const name = (): string | undefined => mirror.fleet().content.sites.get(SITE)?.name;

  beforeEach(async () => {
    vi.useFakeTimers();
    line = new FakeLine();
    mirror = new Mirror(line, now);
    line.answer = () => fleet("one", 7, "as first read");
    mirror.watch(mirror.fleet(), () => {});
    line.become("live");
    await vi.advanceTimersByTimeAsync(0);
  });

  afterEach(() => vi.useRealTimers());

  it("applies deltas in their order", () => {
    line.say("fleet.changed", fleetSays(8, "eight"));
    line.say("fleet.changed", fleetSays(9, "nine"));

    expect(name()).toBe("nine");
    expect(line.asked).toHaveLength(1);
  });

  it("leaves out what it has already, such as a delta that the snapshot holds", () => {
    line.say("fleet.changed", fleetSays(7, "old news"));

    expect(name()).toBe("as first read");
    expect(line.asked).toHaveLength(1);
  });

  it.each([
    ["a number is missing", fleetSays(9, "too far")],
    ["the epoch is another", fleetSays(8, "of another life", "two")],
  ])("asks for the room again when %s", async (_why, delta) => {
    line.answer = () => fleet("two", 20, "read again");

    line.say("fleet.changed", delta);
    await vi.advanceTimersByTimeAsync(1000);

    expect(line.asked).toHaveLength(2);
    expect(name()).toBe("read again");
  });

  it("asks at most once a second, however badly a hub numbers", async () => {
    line.answer = () => fleet("one", 7, "as first read");

    for (let time = 0; time < 50; time++) {
      line.say("fleet.changed", fleetSays(99, "nonsense"));
      await vi.advanceTimersByTimeAsync(100);
    }

    expect(line.asked.length).toBeLessThanOrEqual(7);
  });

  it("keeps deltas that overtake their snapshot and applies those that follow it", async () => {
    let give: (answer: WatchAnswer) => void = () => {};
    line.answer = () => new Promise((resolve) => (give = resolve));
    line.become("reconnecting");
    line.become("live");
    await vi.advanceTimersByTimeAsync(0);

    line.say("fleet.changed", fleetSays(30, "in the snapshot already"));
    line.say("fleet.changed", fleetSays(31, "after it"));
    give(fleet("one", 30, "the snapshot"));
    await vi.advanceTimersByTimeAsync(0);

    expect(name()).toBe("after it");
  });

  it("shows the last known as stale while the line is down, and reads anew when it is back", async () => {
    line.become("reconnecting");

    expect(mirror.fleet().room.state.is).toBe("stale");
    expect(name()).toBe("as first read");

    line.answer = () => fleet("two", 1, "after the break");
    line.become("live");
    await vi.advanceTimersByTimeAsync(0);

    expect(mirror.fleet().room.state.is).toBe("live");
    expect(name()).toBe("after the break");
  });

  it("asks again when a slow hub did not answer, though the line never broke", async () => {
    line.answer = () => Promise.reject(new Error("operation has timed out"));
    line.say("room.closed", { room: { room: "fleet" }, reason: "inventory_changed" });
    await vi.advanceTimersByTimeAsync(1000);
    expect(mirror.fleet().room.state.is).toBe("stale");

    line.answer = () => fleet("one", 9, "after the pause");
    await vi.advanceTimersByTimeAsync(3000);

    expect(mirror.fleet().room.state.is).toBe("live");
    expect(name()).toBe("after the pause");
  });

  it("says why a room was closed, and comes back by itself when it was only too slow", async () => {
    line.say("room.closed", { room: { room: "fleet" }, reason: "not_allowed" });
    expect(mirror.fleet().room.state).toMatchObject({ is: "closed", why: "not_allowed" });

    line.say("room.closed", { room: { room: "fleet" }, reason: "too_slow" });
    await vi.advanceTimersByTimeAsync(1000);
    expect(mirror.fleet().room.state.is).toBe("live");
  });

  it("holds everything back while paused, counts it, and catches up in order", () => {
    mirror.pause();
    line.say("fleet.changed", fleetSays(8, "eight"));
    line.say("fleet.changed", fleetSays(9, "nine"));

    expect(name()).toBe("as first read");
    expect(mirror.state).toMatchObject({ isPaused: true, missed: 2 });

    mirror.resume();

    expect(name()).toBe("nine");
    expect(mirror.state).toMatchObject({ isPaused: false, missed: 0 });
    expect(line.asked).toHaveLength(1);
  });

  it("tells only those who look at the entity that changed", async () => {
    line.answer = () => site(1);
    const home = mirror.site(SITE);
    mirror.watch(home, () => {});
    await vi.advanceTimersByTimeAsync(0);
    const heard: string[] = [];
    home.content.entities.listen(LAMP, () => heard.push("lamp"));
    home.content.entities.listen(id<EntityId>(51), () => heard.push("other"));

    const entities = [{ id: LAMP, state: "off", since: Date.parse(AT) }];
    line.say("sites.changed", [{ epoch: "one", number: 2, siteId: SITE, entities }]);

    expect(heard).toEqual(["lamp"]);
    expect(home.content.entities.get(LAMP)).toMatchObject({ state: "off", since: AT, availability: "online" });
  });

  it("asks for a run's log only from where it stopped hearing it", async () => {
    const runId = id<RunId>(60);
    const event = (number: number): RunEvent => ({ runId, number, at: AT, data: { kind: "run.started" } });
    line.answer = (request) => {
      if (request.room !== "run") return fleet("one", 1, "");
      const events = [1, 2, 3, 4].map(event).filter(({ number }) => number > request.since);
      return { ok: true, snapshot: { room: "run", epoch: "one", number: 1, run: {} as never, events } };
    };
    const run = mirror.run(runId);
    mirror.watch(run, () => {});
    await vi.advanceTimersByTimeAsync(0);

    line.become("reconnecting");
    line.become("live");
    await vi.advanceTimersByTimeAsync(0);

    expect(line.asked.at(-1)).toEqual({ room: "run", runId, since: 4 });
    expect(run.content.watched.get(runId)?.events.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
  });

  it("leaves a room a while after nobody looks any more", () => {
    const end = mirror.watch(mirror.site(SITE), () => {});

    end();
    expect(line.left).toEqual([]);
    vi.advanceTimersByTime(6000);

    expect(line.left).toEqual([{ room: "site", siteId: SITE }]);
  });
});
