import { randomInt } from "node:crypto";
import { createTestClock } from "@caretaker/kit";
import { HUB_ALONE } from "@caretaker/protocol";
import { canonicalJson, digestOf } from "@caretaker/reach/canonical.ts";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import type { GuardedAct } from "./guard.ts";
import {
  allow,
  buildAct,
  buildProposedAct,
  buildQuestion,
  CATALOGUE,
  GATEWAY,
  INVENTORY,
  newUuid,
  openTestHome,
  TARGET,
  type TestHome,
  WELCOME,
} from "./test-helpers.ts";

/** A hub that somebody has taken over, against the lock of one home. */

const homes = new Set<TestHome>();
afterEach(async () => {
  for (const home of homes) await home.close();
  homes.clear();
});

async function open(...options: Parameters<typeof openTestHome>): Promise<TestHome> {
  const home = await openTestHome(...options);
  homes.add(home);
  return home;
}

async function reopen(home: TestHome): Promise<TestHome> {
  homes.delete(home);
  const again = await home.reopen();
  homes.add(again);
  return again;
}

/** How many of these were permitted. */
async function permitted(home: TestHome, acts: readonly GuardedAct[]): Promise<number> {
  let count = 0;
  for (const act of acts)
    await home.guard.permitAct(act).then(
      () => (count += 1),
      (error) => expect(error).toMatchObject({ meta: { isSent: false } }),
    );
  return count;
}

describe("500 targets outside the list", () => {
  it("are refused, and only a few of them are put to the household", async () => {
    const home = await open({ hubAlone: "all" });
    const own = [
      "127.0.0.1",
      "localhost",
      "2130706433",
      "0x7f.1",
      "[::1]",
      "::ffff:127.0.0.1",
      "hub.localhost",
      "0.0.0.0",
      "169.254.169.254",
    ];
    const targets = Array.from({ length: 500 }, (_, at) => {
      const near = [
        { ...TARGET, port: 1 + at },
        { ...TARGET, host: `10.0.${at % 250}.${at % 200}` },
        { ...TARGET, host: own[at % own.length] as string },
        { ...TARGET, host: "192.168.1.20.evil.example" },
        { ...TARGET, host: `${TARGET.host}/`, port: TARGET.port },
        { ...TARGET, host: "192.168.1.21", port: 8099 },
      ];
      return near[at % near.length] as typeof TARGET;
    });

    const opened = targets.filter((target) => {
      try {
        // What is allowed beside it opens nothing.
        home.guard.permitOpen("home-assistant", at(target) ? [TARGET, target] : [target]);
        return true;
      } catch (error) {
        expect(error).toMatchObject({ code: "target_refused" });
        return false;
      }
    });

    expect(opened).toEqual([]);
    const { places } = home.guard.policy();
    expect(places.length).toBeLessThanOrEqual(21);
    expect(places.filter(({ host }) => host.includes("127.") || host.includes("localhost") || host === "::1")).toEqual(
      [],
    );
    expect(places.filter(({ allowed }) => allowed === "allowed")).toHaveLength(1);
    expect(() => home.guard.permitOpen("home-assistant", [TARGET])).not.toThrow();
  });

  const at = ({ port }: typeof TARGET) => port % 2 === 0;
});

interface Told {
  readonly which: number;
  readonly how:
    | "as it is"
    | "too late"
    | "too early"
    | "other input"
    | "other gateway"
    | "other capability"
    | "other question"
    | "no question"
    | "undo"
    | "settle";
}

const told = fc.record<Told>({
  which: fc.nat({ max: 39 }),
  how: fc.constantFrom(
    "as it is",
    "as it is",
    "too late",
    "too early",
    "other input",
    "other gateway",
    "other capability",
    "other question",
    "no question",
    "undo",
    "settle",
  ),
});

describe("10,000 commands, replayed, reordered, duplicated, expired and altered", () => {
  it("do each thing at most once, and only what was allowed", async () => {
    const tally = { told: 0, permitted: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(told, { minLength: 250, maxLength: 250 }), async (commands) => {
        const home = await open();
        const granted = allow(home, buildQuestion(home, [buildProposedAct({ tries: 3 })]));
        const other = allow(
          home,
          buildQuestion(home, [
            buildProposedAct({
              capability: "gateway.restart",
              input: {},
              scope: "disruptive",
              target: `${GATEWAY}/gateway/x`,
            }),
          ]),
        );
        const honest = Array.from({ length: 40 }, () => buildAct(home, { requestId: granted }));
        const done = new Map<string, GuardedAct>();

        await Promise.all(
          commands.map(async ({ which, how }) => {
            const act = altered(honest[which] as GuardedAct, how, { now: home.store.time.now(), other });
            tally.told += 1;
            await home.guard.permitAct(act).then(
              () => {
                tally.permitted += 1;
                expect(done.has(act.attemptId)).toBe(false);
                done.set(act.attemptId, act);
              },
              () => {},
            );
          }),
        );

        // Three tries of the one thing, and nothing else: neither the other question's act, nor anything nobody asked for.
        const all = [...done.values()];
        expect(all.length).toBeLessThanOrEqual(3);
        for (const act of all)
          expect([act.capability, canonicalJson(act.input), act.gatewayId, act.purpose, act.requestId]).toEqual([
            "integration.reload",
            canonicalJson({ integration: "hue" }),
            GATEWAY,
            "do",
            granted,
          ]);
        expect(await permitted(home, all)).toBe(0);
        const again = await reopen(home);
        expect(await permitted(again, all)).toBe(0);
      }),
      { numRuns: 40 },
    );

    expect(tally.told).toBe(10_000);
    expect(tally.permitted).toBeGreaterThan(40);
  });
});

function altered(
  act: GuardedAct,
  how: Told["how"],
  { now, other }: { now: number; other: GuardedAct["requestId"] },
): GuardedAct {
  switch (how) {
    case "as it is":
      return act;
    case "too late":
      return { ...act, expiresAt: new Date(now - 5_001 - randomInt(1_000_000)).toISOString() };
    case "too early":
      return { ...act, expiresAt: new Date(now + 600_001 + randomInt(1_000_000)).toISOString() };
    case "other input":
      return { ...act, input: { integration: "zwave" } };
    case "other gateway":
      return { ...act, gatewayId: newUuid() as GuardedAct["gatewayId"] };
    case "other capability":
      return {
        ...act,
        capability: "gateway.restart",
        input: {},
        declaration: CATALOGUE["gateway.restart"] as GuardedAct["declaration"],
      };
    case "other question":
      return { ...act, requestId: other };
    case "no question":
      return { ...act, requestId: null };
    case "undo":
      return { ...act, purpose: "undo" };
    case "settle":
      return { ...act, purpose: "settle" };
  }
}

describe("a yes that is none", () => {
  it("permits nothing: without one, with one that was never asked, that waits, or that was a no", async () => {
    const home = await open();
    const waiting = buildQuestion(home);
    const refused = buildQuestion(home);
    home.guard.ask(waiting);
    home.guard.ask(refused);
    home.guard.answer(refused.requestId, refused.digest, "no", "agent_page");
    const requests = [null, buildQuestion(home).requestId, waiting.requestId, refused.requestId];

    expect(
      await permitted(
        home,
        requests.map((requestId) => buildAct(home, { requestId })),
      ),
    ).toBe(0);
    expect(
      await permitted(
        await reopen(home),
        requests.map((requestId) => buildAct(home, { requestId })),
      ),
    ).toBe(0);
  });

  it("is not put to anybody where it is of another home, or not what it says it is", async () => {
    const home = await open();
    const honest = buildQuestion(home);
    const lies = [
      buildQuestion(home, [buildProposedAct()], { siteId: newUuid() }),
      { ...honest, digest: "0".repeat(64) },
      { ...honest, proposal: { ...honest.proposal, limitSeconds: 100_000 } },
      { ...honest, answerBy: new Date(home.store.time.now() - 1).toISOString() },
      buildQuestion(home, []),
      // Less than it is: what restarts everything called a small thing, what is private called not private.
      buildQuestion(home, [buildProposedAct({ capability: "gateway.restart", input: {}, scope: "fix" })]),
      buildQuestion(home, [buildProposedAct({ capability: "entity.refresh", input: { entity: "lock" } })]),
    ];

    for (const lie of lies) expect(() => home.guard.ask(lie)).toThrow();

    expect(home.guard.questions()).toEqual([]);
  });

  it("is void in another home, and where the box was paired anew", async () => {
    const home = await open();
    const requestId = allow(home, buildQuestion(home));
    const { pairing } = home.store.home;
    if (pairing === null) throw new Error("The home is paired.");

    home.store.change({ pairing: { ...pairing, siteId: newUuid() as typeof pairing.siteId } });
    expect(await permitted(home, [buildAct(home, { requestId })])).toBe(0);
    home.guard.release();
    home.guard.paired(pairing.hub, pairing.hubKey, WELCOME);
    home.guard.confirm("quiet");
    expect(await permitted(home, [buildAct(home, { requestId })])).toBe(0);
    expect(() => home.guard.welcomed({ ...WELCOME, siteId: newUuid() as typeof pairing.siteId })).toThrow();
  });

  it("cannot be altered after it was given, neither over the line nor on the disk", async () => {
    const home = await open();
    const question = buildQuestion(home);
    const requestId = allow(home, question);
    const proposal = {
      ...question.proposal,
      acts: [buildProposedAct({ tries: 50 }), buildProposedAct({ input: { integration: "zwave" } })],
    };

    expect(() => home.guard.ask({ ...question, proposal, digest: digestOf(proposal) })).toThrow();
    expect(() => home.guard.ask({ ...question, proposal })).not.toThrow();
    const questions = home.store.home.questions.map((one) => ({ ...one, question: { ...one.question, proposal } }));
    expect(await permitted(home, [buildAct(home, { requestId, input: { integration: "zwave" } })])).toBe(0);
    home.store.change({ questions });

    const again = await reopen(home);
    expect(
      await permitted(again, [
        buildAct(again, { requestId }),
        buildAct(again, { requestId, input: { integration: "zwave" } }),
      ]),
    ).toBe(0);
  });

  it("does not cover more than it said: a scope that was raised since, something that became private", async () => {
    const home = await open();
    const requestId = allow(
      home,
      buildQuestion(home, [
        buildProposedAct({ tries: 5 }),
        buildProposedAct({ capability: "entity.refresh", input: { entity: "lamp" }, scope: "diagnose" }),
      ]),
    );
    const raised = { scope: "disruptive", timeoutSeconds: 60 } as const;

    expect(await permitted(home, [buildAct(home, { requestId, declaration: raised })])).toBe(0);
    const refresh = { requestId, capability: "entity.refresh", input: { entity: "lamp" } } as const;
    expect(await permitted(home, [buildAct(home, refresh)])).toBe(1);
    const entities = INVENTORY.entities.map((one) => (one.key === "lamp" ? { ...one, private: true } : one));
    home.guard.filter(GATEWAY, { type: "inventory", inventory: { ...INVENTORY, entities } });
    expect(await permitted(home, [buildAct(home, refresh)])).toBe(0);
  });

  it("ends: an hour after it was given, its own time after the first act, also with the clock set back and after a restart", async () => {
    const home = await open();
    const [unused, used] = [
      buildQuestion(home),
      buildQuestion(home, [buildProposedAct({ tries: 9 })], { limitSeconds: 300 }),
    ].map((one) => allow(home, one));
    expect(await permitted(home, [buildAct(home, { requestId: used as never })])).toBe(1);

    await home.clock.forward("299s");
    expect(await permitted(home, [buildAct(home, { requestId: used as never })])).toBe(1);
    await home.clock.forward("2s");
    expect(await permitted(home, [buildAct(home, { requestId: used as never })])).toBe(0);
    await home.clock.forward("50m");
    homes.delete(home);
    // The machine comes back with the clock of two hours ago.
    const back = createTestClock("2026-11-22T16:00:00.000Z");
    const again = await home.reopen(back);
    homes.add(again);
    expect(await permitted(again, [buildAct(again, { requestId: used as never })])).toBe(0);
    await back.forward("10m");
    expect(await permitted(again, [buildAct(again, { requestId: unused as never })])).toBe(0);
  });
});

describe("after Stop", () => {
  it.each(HUB_ALONE)("nothing is permitted with %s, whatever was allowed before", async (hubAlone) => {
    const home = await open({ hubAlone });
    const requestId = allow(home, buildQuestion(home, [buildProposedAct({ tries: 99 })]));
    home.guard.stop("home_assistant");
    const acts = (where: TestHome) => [
      buildAct(where, { requestId }),
      buildAct(where, { capability: "clock.sync", input: {} }),
      buildAct(where, { capability: "gateway.restart", input: {} }),
      buildAct(where, { requestId, purpose: "undo" }),
      buildAct(where, { capability: "power.on", input: { switch: "plug.switch" }, purpose: "settle" }),
    ];

    expect(await permitted(home, acts(home))).toBe(0);
    const again = await reopen(home);
    expect(await permitted(again, acts(again))).toBe(0);
    again.guard.allowAgain("agent_page");
    // What was allowed once is asked for anew.
    const isEnough = hubAlone === "all";
    expect(await permitted(again, [buildAct(again, { requestId })])).toBe(isEnough ? 1 : 0);
    expect(again.guard.policy().hubAlone).toBe(hubAlone);
  });

  it("only what was cut is switched on again", async () => {
    const home = await open();
    const cut = { capability: "power.cycle", input: { switch: "plug.switch", off: 10 } } as const;
    const settle = { capability: "power.on", input: { switch: "plug.switch" }, purpose: "settle" } as const;
    const requestId = allow(
      home,
      buildQuestion(home, [
        buildProposedAct({ ...cut, scope: "disruptive", undo: { capability: "power.on", input: settle.input } }),
      ]),
    );
    expect(await permitted(home, [buildAct(home, settle)])).toBe(0);
    expect(await permitted(home, [buildAct(home, { ...cut, requestId })])).toBe(1);

    home.guard.stop("agent_page");

    expect(home.guard.owesSettle(GATEWAY)).toBe(true);
    const on = buildAct(home, settle);
    const wrong = [{ input: { switch: "lamp" } }, { purpose: "do" as const }, { purpose: "undo" as const, requestId }];
    expect(
      await permitted(
        home,
        wrong.map((one) => buildAct(home, { ...settle, ...one })),
      ),
    ).toBe(0);
    expect(await permitted(home, [on])).toBe(1);
    home.guard.acted(on.attemptId, "done");
    expect(home.guard.owesSettle(GATEWAY)).toBe(false);
  });

  it("nothing that was being written when it was pressed is permitted", async () => {
    const home = await open({ hubAlone: "all" });

    const acting = home.guard.permitAct(buildAct(home));
    home.guard.stop("agent_page");

    await expect(acting).rejects.toMatchObject({ code: "not_allowed", meta: { isSent: false } });
  });
});

describe("an undo", () => {
  it("puts back what was done under the yes, as often as it was done, and nothing else", async () => {
    const home = await open();
    const cut = { capability: "power.cycle", input: { switch: "plug.switch", off: 10 } } as const;
    const back = { capability: "power.on", input: { switch: "plug.switch" }, purpose: "undo" } as const;
    const requestId = allow(
      home,
      buildQuestion(
        home,
        [buildProposedAct({ ...cut, scope: "disruptive", undo: { capability: "power.on", input: back.input } })],
        { limitSeconds: 60 },
      ),
    );

    expect(await permitted(home, [buildAct(home, { ...back, requestId })])).toBe(0);
    expect(await permitted(home, [buildAct(home, { ...cut, requestId })])).toBe(1);
    expect(await permitted(home, [buildAct(home, { ...back, requestId, input: { switch: "lamp" } })])).toBe(0);
    await home.clock.forward("5m");
    expect(
      await permitted(
        home,
        [1, 2].map(() => buildAct(home, { ...back, requestId })),
      ),
    ).toBe(1);
  });
});
