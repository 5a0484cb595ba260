import type { Fault } from "@caretaker/kit/faulty-line.ts";
import { isCaretakerError } from "@caretaker/protocol";
import type { Door, LineCase, Verdict } from "../bad-lines.ts";
import { type Control4Home, watchControl4Home } from "./control4-home.ts";

const GENTLE: ReadonlySet<Fault> = new Set(["late", "slow", "sliced", "slow_to_close"]);
const CONNECTS_SECONDS = 61;
const NOTICES_SECONDS = 30;
/** What the connector declares for what is asked, and a little. */
const ANSWERS_SECONDS = { read: 35, act: 50 };
const COMES_BACK_SECONDS = 400;
/** So long the news may take that the line held back: what is not pushed is read after each new beginning. */
const FOLLOWS_SECONDS = 10;
const FAILS_WITH = ["gateway_lost", "gateway_timeout", "gateway_unreachable", "gateway_misbehaving"] as const;
/** A token is renewed after half its life and is over after the whole of it. */
const RENEWS_SECONDS = 70;
const ENDS_SECONDS = 140;

/** A line that is poor and over which all goes on, but for the poorest. */
const mayFail = ({ fault, strength }: LineCase["fit"]): boolean => !GENTLE.has(fault) || strength === 2;

type Judged = Pick<Verdict, "late" | "wrong">;

/** The controller of a Control4 home: its REST interface and its push channel. */
export const controllerDoor: Door = {
  name: "control4 controller",
  async meet(one) {
    const home = await watchControl4Home("controller");
    return finish(home, await judgeController(home, one));
  },
};

/** The account service without which nobody gets into a controller: to sign in with, and to renew a token. */
export const accountDoor: Door = {
  name: "control4 account",
  async meet(one) {
    const home = await watchControl4Home("account");
    return finish(home, await judgeAccount(home, one));
  },
};

async function finish(home: Control4Home, judged: Judged): Promise<Verdict> {
  home.line.mend();
  const isBack = await home.pass(COMES_BACK_SECONDS, () => home.status.state === "online");
  home.dim(33);
  const isFollowed = await home.pass(FOLLOWS_SECONDS, home.isFollowed);
  const stuck = !isBack
    ? `it is ${home.status.state} on a good line`
    : isFollowed
      ? null
      : "it does not show what the home says";
  return { ...judged, stuck, ...(await home.close()) };
}

async function judgeController(home: Control4Home, one: LineCase): Promise<Judged> {
  if (one.phase === "connect" || one.phase === "auth") return judgeConnecting(home, one);
  await comeOnline(home);
  return one.phase === "idle" ? judgeIdle(home, one) : judgeAsked(home, one);
}

async function comeOnline({ supervisor, status, pass }: Control4Home): Promise<void> {
  supervisor.start();
  if (!(await pass(30, () => status.state === "online"))) throw new Error("The home did not come online");
}

async function judgeConnecting({ line, supervisor, status, pass }: Control4Home, one: LineCase): Promise<Judged> {
  line.break(one.fit, one.phase === "connect" ? "now" : "next_down");
  supervisor.start();
  if (!(await pass(CONNECTS_SECONDS, () => status.state !== "connecting")))
    return { late: `still connecting after ${CONNECTS_SECONDS} s`, wrong: null };
  const isRight = status.state === "online" || (mayFail(one.fit) && status.state === "unreachable");
  return { late: null, wrong: isRight ? null : `it is ${status.state} (${status.reason.code})` };
}

async function judgeIdle({ line, status, dim, isFollowed, pass }: Control4Home, { fit }: LineCase): Promise<Judged> {
  line.break(fit);
  dim(21);
  const isOver = await pass(NOTICES_SECONDS, () => status.state !== "online" || isFollowed());
  if (!isOver) return { late: `shown as online, and its lamp as it was, after ${NOTICES_SECONDS} s`, wrong: null };
  if (status.state === "online") return { late: null, wrong: null };
  const isRight = status.state === "unreachable" && mayFail(fit);
  return { late: null, wrong: isRight ? null : `it is ${status.state} (${status.reason.code})` };
}

async function judgeAsked(home: Control4Home, { fit, phase, isAct }: LineCase): Promise<Judged> {
  const { line, fake, supervisor } = home;
  const room = home.room();
  // An act is two questions: what the room takes, and then the command. Each is struck.
  if (phase === "mid-reply" && isAct) fake.house.whenTaken = () => line.break(fit, "next_down");
  else line.break(fit, phase === "mid-command" ? "next_up" : "next_down");
  const answer = await outcome(
    home,
    isAct
      ? supervisor.act({ capability: "room.off", input: { room }, attemptId: "attempt" })
      : supervisor.read("room.state", { room }),
    isAct ? ANSWERS_SECONDS.act : ANSWERS_SECONDS.read,
  );
  fake.house.whenTaken = () => {};
  if (answer === null) return { late: "neither answered nor given up", wrong: null };
  const arrived = fake.acts.length;
  if (arrived > (isAct ? 1 : 0)) return { late: null, wrong: `${arrived} acts arrived` };
  if (!(answer instanceof Error))
    return { late: null, wrong: isAct && arrived === 0 ? "it says that it was done, and nothing arrived" : null };
  if (!FAILS_WITH.some((code) => isCaretakerError(answer, code))) return { late: null, wrong: String(answer) };
  const isSurelyNotSent = isCaretakerError(answer) && answer.meta.isSent === false;
  if (isSurelyNotSent && arrived > 0) return { late: null, wrong: "it says that it was not sent, and it arrived" };
  return { late: null, wrong: mayFail(fit) ? null : `failed: ${answer.message}` };
}

/** What came of it; null where nothing did in its time. */
async function outcome({ pass }: Control4Home, asked: Promise<unknown>, seconds: number): Promise<unknown> {
  let came: { readonly of: unknown } | undefined;
  asked.then(
    (said) => {
      came = { of: said };
    },
    (error: unknown) => {
      came = { of: error };
    },
  );
  await pass(seconds, () => came !== undefined);
  return came === undefined ? null : came.of;
}

async function judgeAccount(home: Control4Home, one: LineCase): Promise<Judged> {
  if (one.phase === "connect" || one.phase === "auth") return judgeConnecting(home, one);
  await comeOnline(home);
  const { fake, line, status, pass, dim, isFollowed } = home;
  const before = fake.counters.tokens;
  if (one.phase === "idle") line.break(one.fit);
  else line.break(one.fit, one.phase === "mid-command" ? "next_up" : "next_down");
  // The controller is followed for as long as its token lasts, whatever becomes of the account service.
  dim(21);
  if (!(await pass(FOLLOWS_SECONDS, isFollowed)) || status.state !== "online")
    return { late: null, wrong: "the controller is not followed although its token is good" };
  if (await pass(RENEWS_SECONDS, () => fake.counters.tokens > before && status.state === "online"))
    return { late: null, wrong: null };
  if (!mayFail(one.fit)) return { late: null, wrong: "the token was not renewed" };
  const isOver = await pass(ENDS_SECONDS - RENEWS_SECONDS, () => status.state !== "online");
  if (!isOver && fake.counters.tokens === before) return { late: "shown as online without a token", wrong: null };
  const isRight = status.state === "online" || status.state === "unreachable";
  return { late: null, wrong: isRight ? null : `it is ${status.state} (${status.reason.code})` };
}
