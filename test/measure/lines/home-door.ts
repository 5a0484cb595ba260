import type { Fault } from "@caretaker/kit/faulty-line.ts";
import { isCaretakerError } from "@caretaker/protocol";
import type { Door, LineCase, Verdict } from "../bad-lines.ts";
import { LAMP, type WatchedHome, watchHome } from "./watched-home.ts";

/** A line that is only poor, and over which all goes on. */
const GENTLE: ReadonlySet<Fault> = new Set(["late", "slow", "sliced", "slow_to_close"]);
/** In what the hub gives a gateway to connect, and in what is asked of it, with what the connector declares. */
const CONNECTS_SECONDS = 61;
const NOTICES_SECONDS = 30;
const ANSWERS_SECONDS = { read: 25, act: 125 };
const COMES_BACK_SECONDS = 400;
const FAILS_WITH = ["gateway_lost", "gateway_timeout", "gateway_unreachable"] as const;

/** The WebSocket to a Home Assistant, with the connector and the supervisor that hold it. */
export const homeDoor: Door = { name: "home-assistant", meet };

async function meet(one: LineCase): Promise<Verdict> {
  const home = await watchHome();
  const { late, wrong } = await judge(home, one);
  home.line.mend();
  const isBack = await home.pass(COMES_BACK_SECONDS, () => home.status.state === "online");
  home.fake.setState(LAMP, "after");
  await home.pass(3);
  const stuck = !isBack
    ? `it is ${home.status.state} on a good line`
    : home.lamp() === "after"
      ? null
      : "it does not show what the home says";
  const { timers, lines } = await home.close();
  return { late, wrong, stuck, timers, lines };
}

type Judged = Pick<Verdict, "late" | "wrong">;

async function judge(home: WatchedHome, one: LineCase): Promise<Judged> {
  const { supervisor, status, line } = home;
  if (one.phase === "connect" || one.phase === "auth") {
    line.break(one.fit, one.phase === "connect" ? "now" : "next_down");
    supervisor.start();
    const isOver = await home.pass(CONNECTS_SECONDS, () => status.state !== "connecting");
    return judgeConnecting(home, one, isOver);
  }
  supervisor.start();
  if (!(await home.pass(30, () => status.state === "online"))) throw new Error("The home did not come online");
  return one.phase === "idle" ? judgeIdle(home, one) : judgeAsked(home, one);
}

function judgeConnecting({ status }: WatchedHome, { fit }: LineCase, isOver: boolean): Judged {
  if (!isOver) return { late: `still ${status.state} after ${CONNECTS_SECONDS} s`, wrong: null };
  const mayBe = GENTLE.has(fit.fault)
    ? ["online"]
    : fit.fault === "reset" || fit.fault === "limited"
      ? ["unreachable", "online"]
      : ["unreachable"];
  // A line that takes three seconds each way, or eight kilobytes a second, may be too poor to begin on.
  if (GENTLE.has(fit.fault) && fit.strength === 2) mayBe.push("unreachable");
  return { late: null, wrong: mayBe.includes(status.state) ? null : `it is ${status.state}` };
}

async function judgeIdle(home: WatchedHome, { fit }: LineCase): Promise<Judged> {
  home.line.break(fit);
  home.fake.setState(LAMP, "meanwhile");
  const knows = (): boolean => home.status.state !== "online" || home.lamp() === "meanwhile";
  const isOver = await home.pass(NOTICES_SECONDS, knows);
  if (!isOver) return { late: `shown as online, and its lamp as it was, after ${NOTICES_SECONDS} s`, wrong: null };
  const isLost = home.status.state !== "online";
  if (GENTLE.has(fit.fault)) return { late: null, wrong: isLost ? `given up as ${home.status.state}` : null };
  return { late: null, wrong: isLost && home.status.state !== "unreachable" ? `it is ${home.status.state}` : null };
}

async function judgeAsked(home: WatchedHome, { fit, phase, isAct }: LineCase): Promise<Judged> {
  const { supervisor, fake, line } = home;
  const integration = home.inventory()?.integrations.find(({ name }) => name === "Hall bridge")?.key ?? "";
  line.break(fit, phase === "mid-command" ? "next_up" : "next_down");
  let answer: unknown;
  let isOver = false;
  const asked: Promise<unknown> = isAct
    ? supervisor.act({ capability: "integration.reload", input: { integration }, attemptId: "attempt" })
    : supervisor.read("integration.list", {});
  asked
    .then(
      (said) => {
        answer = said;
      },
      (error: unknown) => {
        answer = error;
      },
    )
    .finally(() => {
      isOver = true;
    });
  await home.pass(isAct ? ANSWERS_SECONDS.act : ANSWERS_SECONDS.read, () => isOver);
  if (!isOver) return { late: "neither answered nor given up", wrong: null };
  const arrived = fake.countActs("homeassistant", "reload_config_entry");
  if (arrived > (isAct ? 1 : 0)) return { late: null, wrong: `${arrived} acts arrived` };
  if (answer instanceof Error) {
    if (!FAILS_WITH.some((code) => isCaretakerError(answer, code))) return { late: null, wrong: String(answer) };
    const isSurelyNotSent = isCaretakerError(answer) && answer.meta.isSent === false;
    if (isSurelyNotSent && arrived > 0) return { late: null, wrong: "it says that it was not sent, and it arrived" };
    return { late: null, wrong: GENTLE.has(fit.fault) && fit.strength < 2 ? `failed: ${answer.message}` : null };
  }
  return { late: null, wrong: isAct && arrived === 0 ? "it says that it was done, and nothing arrived" : null };
}
