import { createPlainDialer, createTestClock, type TestClock } from "@caretaker/kit";
import { type Fault, FaultyLine } from "@caretaker/kit/faulty-line.ts";
import { GENTLE, LINE_CASES, type LineCase, passOn, watched } from "@caretaker/kit/line-cases.ts";
import { CaretakerError, type GatewaySession, type SessionEvent } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { type FakePanel, startFakePanel } from "./fake-gateway/index.ts";
import { cresnext } from "./index.ts";

const CONNECTS_SECONDS = 60;
const NOTICES_SECONDS = 30;
const ANSWERS_SECONDS = 45;
const FAILS_WITH = ["gateway_lost", "gateway_timeout", "gateway_unreachable", "gateway_misbehaving"];
const device = { capability: "device.state", input: { device: "panel" } } as const;
const restart = { capability: "gateway.restart", input: {}, attemptId: "attempt-1" } as const;

interface Opened {
  readonly clock: TestClock;
  readonly line: FaultyLine;
  readonly fake: FakePanel;
  readonly events: SessionEvent[];
  connect(): Promise<GatewaySession>;
}

async function open(): Promise<Opened> {
  const clock = createTestClock();
  // What a restart breaks is no fault of the line.
  const fake = await startFakePanel({ knobs: { restartDownMilliseconds: 1, restartBootMilliseconds: 1 } });
  const line = await FaultyLine.open(fake.port, clock);
  const events: SessionEvent[] = [];
  const log = { debug() {}, info() {}, warn() {} };
  const emit = (event: SessionEvent): void => void events.push(event);
  const config = { ...fake.config, url: `https://127.0.0.1:${line.port}` };
  const connect = () => cresnext.connect(config, { dialer: createPlainDialer(clock), clock, log, emit });
  return { clock, line, fake, events, connect };
}

describe("a line to a panel, 45 cases", () => {
  it.each(LINE_CASES)("$fault at $phase: ends in its time, as it should, and leaves nothing", async (one) => {
    const panel = await open();
    try {
      await judge(panel, one);
      panel.line.mend();
      // A panel that was told to restart does so, and is waited for.
      if (panel.fake.acts.length > 0) await panel.fake.restart();
      // On a good line all is as before.
      const again = watched(panel.connect());
      expect(await passOn(panel, CONNECTS_SECONDS, () => again.came !== undefined)).toBe(true);
      expect(again.came).not.toBeInstanceOf(Error);
      await (again.came as GatewaySession).close();
      // Longer than what the line itself holds back.
      await passOn(panel, 15);
      expect(panel.clock.pending()).toBe(0);
      expect(await panel.line.stillOpen()).toBe(0);
    } finally {
      await panel.line.close();
      await panel.fake.close();
    }
  });
});

async function judge(panel: Opened, { phase, fault }: LineCase): Promise<void> {
  const { line, events, fake } = panel;
  const fit = { fault, strength: 1 };
  if (phase === "connect" || phase === "auth") {
    line.break(fit, phase === "connect" ? "now" : "next_down");
    const session = watched(panel.connect());
    expect(await passOn(panel, 2 * CONNECTS_SECONDS, () => session.came !== undefined)).toBe(true);
    expectKnown(session.came, fault);
    if (!(session.came instanceof Error)) await end(panel, session.came as GatewaySession);
    return;
  }
  const connecting = watched(panel.connect());
  expect(await passOn(panel, CONNECTS_SECONDS, () => connecting.came !== undefined)).toBe(true);
  const session = connecting.came as GatewaySession;
  if (phase === "idle") {
    line.break(fit);
    const isNoticed = await passOn(panel, NOTICES_SECONDS, () => events.some(({ type }) => type === "lost"));
    if (GENTLE.has(fault)) expect(isNoticed).toBe(false);
    else if (fault !== "limited" && fault !== "reset") expect(isNoticed).toBe(true);
    await end(panel, session);
    return;
  }
  const isAct = phase === "mid-command";
  line.break(fit, isAct ? "next_up" : "next_down");
  const answer = watched<unknown>(isAct ? session.act(restart) : session.read(device));
  expect(await passOn(panel, ANSWERS_SECONDS, () => answer.came !== undefined)).toBe(true);
  expectKnown(answer.came, fault);
  expect(fake.acts.length).toBeLessThanOrEqual(isAct ? 1 : 0);
  if (!(answer.came instanceof Error) && isAct) expect(fake.acts).toHaveLength(1);
  if (answer.came instanceof CaretakerError && answer.came.meta.isSent === false) expect(fake.acts).toHaveLength(0);
  await end(panel, session);
}

/** Saying goodbye may take as long as anything else on that line. */
async function end(panel: Opened, session: GatewaySession): Promise<void> {
  const closing = watched(session.close().then(() => true));
  expect(await passOn(panel, ANSWERS_SECONDS, () => closing.came !== undefined)).toBe(true);
}

function expectKnown(came: unknown, fault: Fault): void {
  if (!(came instanceof Error)) return;
  expect(FAILS_WITH).toContain((came as CaretakerError).code);
  if (GENTLE.has(fault)) throw came;
}
