import { cresnext } from "@caretaker/connector-cresnext";
import { startFakePanel } from "@caretaker/connector-cresnext/fake-gateway";
import { createTestClock } from "@caretaker/kit";
import { type Fault, FaultyLine } from "@caretaker/kit/faulty-line.ts";
import { isCaretakerError } from "@caretaker/protocol";
import type { Door, LineCase, Verdict } from "../bad-lines.ts";
import { pass, quiet, supervise } from "./watched-home.ts";

const GENTLE: ReadonlySet<Fault> = new Set(["late", "slow", "sliced", "slow_to_close"]);
/** The panel's line to its control system, by its number in the panel's table. */
const LINK = "03";
const CONNECTS_SECONDS = 61;
const NOTICES_SECONDS = 30;
const ANSWERS_SECONDS = 35;
const COMES_BACK_SECONDS = 400;
const FAILS_WITH = ["gateway_lost", "gateway_timeout", "gateway_unreachable", "gateway_misbehaving"] as const;

/** The encrypted door of a Crestron panel: HTTP to sign in and to ask, a WebSocket to hear. */
export const panelDoor: Door = { name: "cresnext", meet };

async function meet(one: LineCase): Promise<Verdict> {
  const panel = await openPanel();
  const { late, wrong } = await judge(panel, one);
  panel.line.mend();
  const isBack = await panel.pass(COMES_BACK_SECONDS, () => panel.status.state === "online");
  const before = panel.heard();
  panel.say("Online");
  const isFollowed = await panel.pass(5, () => panel.heard() > before);
  const stuck = isBack && isFollowed ? null : `it is ${panel.status.state}${isFollowed ? "" : " and not followed"}`;
  return { late, wrong, stuck, ...(await panel.close()) };
}

async function openPanel() {
  const clock = createTestClock();
  const fake = await startFakePanel();
  const line = await FaultyLine.open(fake.port, clock);
  let heard = 0;
  const { supervisor, status } = supervise({
    connector: cresnext,
    config: { ...fake.config, url: `https://127.0.0.1:${line.port}` },
    clock,
    take: (event) => {
      if (event.type === "states") heard += 1;
    },
  });
  return {
    line,
    supervisor,
    status,
    heard: () => heard,
    pass: (seconds: number, until?: () => boolean) => pass(clock, line, seconds, until),
    say: (word: string) => {
      fake.setLink(LINK, word === "Online" ? "OFFLINE" : "ONLINE");
      fake.setLink(LINK, word.toUpperCase());
    },
    async close() {
      await supervisor.stop();
      await quiet(line);
      await clock.forward("3s");
      const lines = await line.stillOpen();
      await line.close();
      await fake.close();
      return { timers: clock.pending(), lines };
    },
  };
}

type Panel = Awaited<ReturnType<typeof openPanel>>;

async function judge(panel: Panel, { fit, phase }: LineCase): Promise<Pick<Verdict, "late" | "wrong">> {
  const { line, status, supervisor } = panel;
  const mayFail = !GENTLE.has(fit.fault) || fit.strength === 2;
  if (phase === "connect" || phase === "auth") {
    line.break(fit, phase === "connect" ? "now" : "next_down");
    supervisor.start();
    const isOver = await panel.pass(CONNECTS_SECONDS, () => status.state !== "connecting");
    if (!isOver) return { late: `still connecting after ${CONNECTS_SECONDS} s`, wrong: null };
    const isRight = status.state === "online" || (mayFail && ["unreachable", "misbehaving"].includes(status.state));
    return { late: null, wrong: isRight ? null : `it is ${status.state}` };
  }
  supervisor.start();
  if (!(await panel.pass(60, () => status.state === "online"))) throw new Error("The panel did not come online");
  const before = panel.heard();
  if (phase === "idle") {
    line.break(fit);
    panel.say("Offline");
    const isOver = await panel.pass(NOTICES_SECONDS, () => status.state !== "online" || panel.heard() > before);
    if (!isOver) return { late: `shown as online after ${NOTICES_SECONDS} s`, wrong: null };
    return { late: null, wrong: status.state !== "online" && !mayFail ? `given up as ${status.state}` : null };
  }
  line.break(fit, phase === "mid-command" ? "next_up" : "next_down");
  let answer: unknown = null;
  supervisor.read("gateway.info", {}).then(
    (said) => {
      answer = said;
    },
    (error: unknown) => {
      answer = error;
    },
  );
  await panel.pass(ANSWERS_SECONDS, () => answer !== null);
  if (answer === null) return { late: "neither answered nor given up", wrong: null };
  if (!(answer instanceof Error)) return { late: null, wrong: null };
  const isKnown = FAILS_WITH.some((code) => isCaretakerError(answer, code));
  return { late: null, wrong: isKnown && mayFail ? null : answer.message };
}
