import type { TestClock } from "@caretaker/kit";
import { createTestClock } from "@caretaker/kit";
import { type Fault, FaultyLine } from "@caretaker/kit/faulty-line.ts";
import { type Connector, isCaretakerError, type ReadName } from "@caretaker/protocol";
import type { Door, LineCase, Verdict } from "../bad-lines.ts";
import { pass, quiet, supervise } from "./watched-home.ts";

/** Over these all goes on, but for the poorest. */
const GENTLE: ReadonlySet<Fault> = new Set(["late", "slow", "sliced", "slow_to_close"]);
const CONNECTS_SECONDS = 61;
/** That a line is cut is known within so many seconds, through whichever door. */
const NOTICES_SECONDS = 30;
const ANSWERS_SECONDS = 35;
const COMES_BACK_SECONDS = 400;
const FAILS_WITH = ["gateway_lost", "gateway_timeout", "gateway_unreachable", "gateway_misbehaving"] as const;

/** A simulated gateway behind a door, and what is asked of it. */
export interface Followed {
  readonly connector: Connector;
  /** As it is reached at this port of this machine. */
  config(port: number): object;
  readonly port: number;
  /** Something happens there that the hub should come to know. */
  change(): void;
  readonly ask: { readonly capability: ReadName; readonly input: object };
  /** Called with each second that passes: for timers that are not the clock's. */
  tick?(): void;
  close(): Promise<void>;
}

export interface FollowedDoor {
  readonly name: string;
  open(): Promise<Followed>;
  /** On a good line a change is known within so many seconds. */
  readonly followsSeconds: number;
  /** Over a line that is poor and holds, a change is known within so many seconds. */
  readonly followsPoorlySeconds: number;
  /** A line so poor that even this door may give it up, beside those that every door may. */
  mayGiveUp?(fit: LineCase["fit"]): boolean;
}

/** A door to a gateway that is asked for what it is like, or tells: each fault is met the same way. */
export function followedDoor(door: FollowedDoor): Door {
  return {
    name: door.name,
    async meet(one) {
      const home = await watch(await door.open());
      const { late, wrong } = await judge(home, door, one);
      home.line.mend();
      const isBack = await home.pass(COMES_BACK_SECONDS, () => home.status.state === "online");
      const before = home.heard();
      home.change();
      const isFollowed = await home.pass(door.followsSeconds, () => home.heard() > before);
      const stuck = isBack && isFollowed ? null : `it is ${home.status.state}${isFollowed ? "" : " and not followed"}`;
      return { late, wrong, stuck, ...(await home.close()) };
    },
  };
}

async function watch(followed: Followed) {
  const clock: TestClock = createTestClock();
  const line = await FaultyLine.open(followed.port, clock);
  let heard = 0;
  const { supervisor, status } = supervise({
    connector: followed.connector,
    config: followed.config(line.port),
    clock,
    take: (event) => {
      if (event.type === "states") heard += 1;
    },
  });
  const tick = followed.tick ?? (() => {});
  return {
    line,
    supervisor,
    status,
    ask: followed.ask,
    change: () => followed.change(),
    heard: () => heard,
    async pass(seconds: number, until: () => boolean = () => false): Promise<boolean> {
      for (let passed = 0; passed < seconds; passed += 1) {
        if (await pass(clock, line, 1, until)) return true;
        tick();
      }
      return until();
    },
    async close() {
      await supervisor.stop();
      await quiet(line);
      await clock.forward("3s");
      const lines = await line.stillOpen();
      await line.close();
      await followed.close();
      return { timers: clock.pending(), lines };
    },
  };
}

type Watched = Awaited<ReturnType<typeof watch>>;

async function judge(
  home: Watched,
  { followsPoorlySeconds, mayGiveUp = () => false }: FollowedDoor,
  { fit, phase }: LineCase,
): Promise<Pick<Verdict, "late" | "wrong">> {
  const { line, status, supervisor } = home;
  const mayFail = !GENTLE.has(fit.fault) || fit.strength === 2 || mayGiveUp(fit);
  if (phase === "connect" || phase === "auth") {
    line.break(fit, phase === "connect" ? "now" : "next_down");
    supervisor.start();
    const isOver = await home.pass(CONNECTS_SECONDS, () => status.state !== "connecting");
    if (!isOver) return { late: `still connecting after ${CONNECTS_SECONDS} s`, wrong: null };
    const isRight = status.state === "online" || (mayFail && ["unreachable", "misbehaving"].includes(status.state));
    return { late: null, wrong: isRight ? null : `it is ${status.state}` };
  }
  supervisor.start();
  if (!(await home.pass(60, () => status.state === "online"))) throw new Error("The gateway did not come online");
  const before = home.heard();
  if (phase === "idle") {
    line.break(fit);
    home.change();
    const seconds = GENTLE.has(fit.fault) ? followsPoorlySeconds : NOTICES_SECONDS;
    const isOver = await home.pass(seconds, () => status.state !== "online" || home.heard() > before);
    if (!isOver) return { late: `shown as online after ${seconds} s`, wrong: null };
    return { late: null, wrong: status.state !== "online" && !mayFail ? `given up as ${status.state}` : null };
  }
  line.break(fit, phase === "mid-command" ? "next_up" : "next_down");
  let answer: unknown = null;
  supervisor.read(home.ask.capability, home.ask.input as never).then(
    (said) => {
      answer = said;
    },
    (error: unknown) => {
      answer = error;
    },
  );
  await home.pass(ANSWERS_SECONDS, () => answer !== null);
  if (answer === null) return { late: "neither answered nor given up", wrong: null };
  if (!(answer instanceof Error)) return { late: null, wrong: null };
  const isKnown = FAILS_WITH.some((code) => isCaretakerError(answer, code));
  return { late: null, wrong: isKnown && mayFail ? null : answer.message };
}
