import { afterEach, describe, expect, it } from "vitest";
import { allow, buildAct, buildQuestion, openTestHome, type TestHome, WELCOME } from "./test-helpers.ts";

describe("the household's switch in Home Assistant", () => {
  const homes: TestHome[] = [];
  const open = async (options: Parameters<typeof openTestHome>[0] = {}): Promise<TestHome> => {
    const home = await openTestHome(options);
    homes.push(home);
    return home;
  };
  afterEach(async () => {
    for (const home of homes.splice(0)) await home.close();
  });
  const stops = ({ guard }: TestHome) => {
    const { stoppedAt, stoppedBy } = guard.policy();
    return { isStopped: stoppedAt !== null, stoppedBy };
  };

  it("stops everything when it is turned off: no act, no question, no yes", async () => {
    const home = await open();
    const { guard } = home;
    const asked = allow(home, buildQuestion(home));
    guard.switched(true);

    guard.switched(false);

    expect(stops(home)).toEqual({ isStopped: true, stoppedBy: "switch" });
    await expect(guard.permitAct(buildAct(home, { requestId: asked }))).rejects.toMatchObject({ code: "not_allowed" });
    expect(home.changes).toContainEqual(
      expect.objectContaining({ kind: "answered", answer: "stop", way: "home_assistant", requestId: asked }),
    );
    expect(home.changes.at(-1)).toEqual({ kind: "policy" });
  });

  it("lifts what it stopped when it is turned on again, and no yes comes back with it", async () => {
    const home = await open();
    const asked = allow(home, buildQuestion(home));
    home.guard.switched(false);

    home.guard.switched(true);

    expect(stops(home)).toEqual({ isStopped: false, stoppedBy: null });
    await expect(home.guard.permitAct(buildAct(home, { requestId: asked }))).rejects.toMatchObject({
      code: "consent_missing",
    });
    expect(home.store.journal.slice(-2)).toMatchObject([
      { kind: "stopped", by: "switch" },
      { kind: "allowed_again", by: "switch" },
    ]);
  });

  it.each(["agent_page", "home_assistant"] as const)("does not lift what was stopped by %s", async (by) => {
    const home = await open();
    home.guard.stop(by);

    home.guard.switched(false);
    home.guard.switched(true);

    expect(stops(home)).toEqual({ isStopped: true, stoppedBy: by });
  });

  it("does not lift what somebody stopped as well while it was off", async () => {
    const home = await open();
    home.guard.switched(false);

    home.guard.stop("agent_page");
    home.guard.switched(true);

    expect(stops(home)).toEqual({ isStopped: true, stoppedBy: "agent_page" });
  });

  it("has to be on before the page allows again", async () => {
    const home = await open();
    home.guard.switched(false);

    expect(() => home.guard.allowAgain("agent_page")).toThrow("switch in Home Assistant is off");
    expect(stops(home).isStopped).toBe(true);
  });

  it("changes nothing while nobody knows how it is, and a PIN allows again then", async () => {
    const home = await open();
    home.guard.switched(false);

    home.guard.switched(null);
    expect(stops(home)).toEqual({ isStopped: true, stoppedBy: "switch" });
    home.guard.allowAgain("agent_page");

    expect(stops(home).isStopped).toBe(false);
  });

  it("is known to have stopped it over a restart, and lifts it then when it is on", async () => {
    const home = await open();
    home.guard.switched(false);

    const later = await home.reopen();
    expect(stops(later)).toEqual({ isStopped: true, stoppedBy: "switch" });
    later.guard.switched(true);

    expect(stops(later).isStopped).toBe(false);
  });

  it("holds from the moment the home is confirmed where it was off before there was a connection", async () => {
    const home = await open();
    home.guard.release();
    home.guard.switched(false);
    expect(stops(home).isStopped).toBe(false);

    home.guard.paired("https://hub.example", "k".repeat(43), WELCOME);
    home.guard.confirm("quiet");

    expect(stops(home)).toEqual({ isStopped: true, stoppedBy: "switch" });
  });
});
