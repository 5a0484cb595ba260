import { digestOf } from "@caretaker/reach/canonical.ts";
import { afterEach, describe, expect, it } from "vitest";
import {
  allow,
  buildAct,
  buildProposedAct,
  buildQuestion,
  GATEWAY,
  INVENTORY,
  openTestHome,
  TARGET,
  type TestHome,
} from "./test-helpers.ts";

const homes: TestHome[] = [];
afterEach(async () => {
  for (const home of homes.splice(0)) await home.close();
});

async function open(...options: Parameters<typeof openTestHome>): Promise<TestHome> {
  const home = await openTestHome(...options);
  homes.push(home);
  return home;
}

const code = (wanted: string) =>
  expect.objectContaining({ code: wanted, meta: expect.objectContaining({ isSent: false }) });

describe("before somebody of the home has confirmed the connection", () => {
  it("permits nothing at all", async () => {
    const home = await open({ isConfirmed: false });
    const { guard } = home;

    expect(() => guard.permitOpen("home-assistant", [TARGET])).toThrow(code("not_allowed"));
    expect(() => guard.permitRead(GATEWAY, "gateway.info")).toThrow(code("not_allowed"));
    await expect(guard.permitAct(buildAct(home))).rejects.toEqual(code("not_allowed"));
    expect(() => guard.ask(buildQuestion(home))).toThrow(code("not_allowed"));
    expect(guard.filter(GATEWAY, { type: "inventory", inventory: INVENTORY })).toBeNull();
    expect(guard.policy()).toMatchObject({ isConfirmed: false, places: [] });
  });
});

describe("the hub's word alone", () => {
  it.each([
    ["reach", "clock.sync", {}, false],
    ["view", "clock.sync", {}, false],
    ["diagnose", "clock.sync", {}, false],
    ["quiet", "clock.sync", {}, true],
    ["quiet", "entity.refresh", { entity: "lamp" }, true],
    ["quiet", "entity.refresh", { entity: "lock" }, false],
    ["quiet", "entity.refresh", { entity: "never reported" }, false],
    ["quiet", "integration.reload", { integration: "hue" }, false],
    ["quiet", "gateway.restart", {}, false],
    ["all", "gateway.restart", {}, true],
    ["all", "entity.refresh", { entity: "lock" }, true],
  ] as const)("with %s, %s of %j is permitted: %s", async (hubAlone, capability, input, isPermitted) => {
    const home = await open({ hubAlone });

    const permitted = home.guard.permitAct(buildAct(home, { capability, input }));

    if (isPermitted) await expect(permitted).resolves.toBeUndefined();
    else await expect(permitted).rejects.toEqual(code("consent_missing"));
  });

  it.each([
    ["reach", false],
    ["view", false],
    ["diagnose", true],
    ["quiet", true],
  ] as const)("with %s, logs may be read: %s", async (hubAlone, isPermitted) => {
    const { guard } = await open({ hubAlone });

    expect(() => guard.permitRead(GATEWAY, "gateway.info")).not.toThrow();
    if (isPermitted) expect(() => guard.permitRead(GATEWAY, "log.errors")).not.toThrow();
    else expect(() => guard.permitRead(GATEWAY, "log.errors")).toThrow(code("not_allowed"));
  });
});

describe("a yes of the home", () => {
  it("permits what it says, as often as it says", async () => {
    const home = await open();
    const requestId = allow(home, buildQuestion(home, [buildProposedAct({ tries: 2 })]));

    await home.guard.permitAct(buildAct(home, { requestId }));
    await home.guard.permitAct(buildAct(home, { requestId }));

    await expect(home.guard.permitAct(buildAct(home, { requestId }))).rejects.toEqual(code("consent_missing"));
    expect(home.changes).toContainEqual(
      expect.objectContaining({ kind: "answered", answer: "allow", way: "agent_page" }),
    );
  });

  it("does a thing once, also when it is told twice at the same moment", async () => {
    const home = await open();
    const requestId = allow(home, buildQuestion(home, [buildProposedAct({ tries: 5 })]));
    const act = buildAct(home, { requestId });

    const both = await Promise.allSettled([home.guard.permitAct(act), home.guard.permitAct(act)]);

    expect(both.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    await expect(home.guard.permitAct(act)).rejects.toEqual(code("already_done"));
  });
});

describe("Stop", () => {
  it("refuses everything from then on, tells the hub, and is kept over a restart", async () => {
    const home = await open({ hubAlone: "all" });
    const asked = buildQuestion(home);
    home.guard.ask(asked);

    home.guard.stop("agent_page");
    const again = await home.reopen();
    homes.splice(0, 1, again);

    expect(home.changes.map(({ kind }) => kind)).toEqual(["answered", "policy"]);
    expect(again.guard.policy().stoppedAt).not.toBeNull();
    await expect(again.guard.permitAct(buildAct(again))).rejects.toEqual(code("not_allowed"));
    expect(() => again.guard.permitRead(GATEWAY, "gateway.info")).toThrow(code("not_allowed"));
    expect(() => again.guard.permitOpen("home-assistant", [TARGET])).toThrow(code("not_allowed"));
    expect(again.guard.filter(GATEWAY, { type: "inventory", inventory: INVENTORY })).toBeNull();
    expect(again.guard.filter(GATEWAY, { type: "lost", kind: "unreachable", reason: { code: "x" } })).not.toBeNull();
  });
});

describe("a question that was answered elsewhere", () => {
  it("is shown again when the hub asks it again, until its new time, and takes a yes then", async () => {
    const home = await open();
    const question = buildQuestion(home);
    home.guard.ask(question);
    home.guard.over(question.requestId);
    expect(home.guard.questions()).toEqual([]);
    await home.clock.forward("90m");

    const answerBy = new Date(home.store.time.now() + 3_600_000).toISOString();
    home.guard.ask({ ...question, answerBy });

    expect(home.guard.questions()).toMatchObject([{ isOpen: true, question: { answerBy } }]);
    home.guard.answer(question.requestId, question.digest, "allow", "agent_page");
    await expect(home.guard.permitAct(buildAct(home, { requestId: question.requestId }))).resolves.toBeUndefined();
  });

  it("is not asked again once somebody here has answered it", async () => {
    const home = await open();
    const question = buildQuestion(home);
    home.guard.ask(question);
    home.guard.answer(question.requestId, question.digest, "no", "agent_page");

    home.guard.over(question.requestId);
    home.guard.ask(question);

    expect(home.guard.questions()).toEqual([]);
    await expect(home.guard.permitAct(buildAct(home, { requestId: question.requestId }))).rejects.toMatchObject({
      code: "consent_missing",
    });
  });

  it("may say another time then, and a yes to that holds until its end, not for an hour", async () => {
    const home = await open();
    const question = buildQuestion(home);
    home.guard.ask(question);
    home.guard.over(question.requestId);
    const at = (hours: number) => new Date(home.store.time.now() + hours * 3_600_000).toISOString();
    const proposal = { ...question.proposal, window: { from: at(20), to: at(26) } };

    home.guard.ask({ ...question, proposal, digest: digestOf(proposal), answerBy: at(26) });
    home.guard.answer(question.requestId, digestOf(proposal), "allow", "agent_page");
    const act = () => home.guard.permitAct(buildAct(home, { requestId: question.requestId }));

    await expect(act()).rejects.toMatchObject({ code: "consent_expired" });
    await home.clock.forward("25h");
    for (let number = 0; number < 60; number += 1) {
      const another = buildQuestion(home);
      home.guard.ask(another);
      home.guard.over(another.requestId);
    }
    await expect(act()).resolves.toBeUndefined();
  });

  it("does not hold behind the time that it names", async () => {
    const home = await open();
    const now = home.store.time.now();
    const window = { from: new Date(now).toISOString(), to: new Date(now + 3 * 3_600_000).toISOString() };
    const requestId = allow(home, buildQuestion(home, undefined, { window }));

    await home.clock.forward("181m");

    await expect(home.guard.permitAct(buildAct(home, { requestId }))).rejects.toMatchObject({
      code: "consent_expired",
    });
  });
});
