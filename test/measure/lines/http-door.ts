import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createTestClock, type TestClock } from "@caretaker/kit";
import { type Fault, FaultyLine } from "@caretaker/kit/faulty-line.ts";
import { type Dialer, type HttpAnswer, isCaretakerError } from "@caretaker/protocol";
import { createDialer } from "@caretaker/reach/dialer.ts";
import type { Door, LineCase, Verdict } from "../bad-lines.ts";
import { pass, quiet } from "./watched-home.ts";

const SECONDS = 20;
const GENTLE: ReadonlySet<Fault> = new Set(["late", "slow", "sliced", "slow_to_close"]);
const BODY = "what the gateway says, all of it. ".repeat(300);
const FAILS_WITH = ["gateway_timeout", "gateway_unreachable", "gateway_misbehaving"] as const;

/** The hub's dialer, asking over HTTP. */
export const httpDoor: Door = { name: "http", meet };

async function meet(one: LineCase): Promise<Verdict> {
  const clock = createTestClock();
  const server = createServer((request, response) => void answer(request, response, () => thinking()));
  let thinking = (): void => {};
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const line = await FaultyLine.open((server.address() as AddressInfo).port, clock);
  const dialer = createDialer({ allow: [{ host: "127.0.0.1", port: line.port, tls: false }], clock });
  const ask = (isAct: boolean): Promise<HttpAnswer> => askFor(dialer, line.port, isAct);

  if (one.phase === "connect") line.break(one.fit);
  if (one.phase === "auth") line.break(one.fit, "next_up");
  if (one.phase === "mid-reply") line.break(one.fit, "next_down");
  if (one.phase === "idle") thinking = () => line.break(one.fit);
  const asked = ask(one.phase === "mid-command" || one.isAct);
  if (one.phase === "mid-command") {
    await begun(line);
    line.break(one.fit);
  }
  const met = await outcome(asked, clock, line);
  thinking = () => {};
  line.mend();
  await quiet(line);
  const again = await outcome(ask(one.isAct), clock, line);
  const lines = await line.stillOpen();
  await line.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return {
    late: met === null ? `neither answered nor given up after ${SECONDS} s` : null,
    wrong: met === null ? null : whatIsWrong(met, one),
    stuck: again !== null && !(again instanceof Error) && again.body === BODY ? null : `then: ${String(again)}`,
    timers: clock.pending(),
    lines,
  };
}

/** In two parts, and for every other request without saying how long it is. */
async function answer(request: IncomingMessage, response: ServerResponse, thinking: () => void): Promise<void> {
  response.on("error", () => {});
  try {
    for await (const _ of request);
  } catch {
    return;
  }
  thinking();
  await new Promise((resolve) => setTimeout(resolve, 5));
  const headers = request.method === "POST" ? {} : { "content-length": String(Buffer.byteLength(BODY)) };
  response.writeHead(200, { "content-type": "text/plain", ...headers });
  response.write(BODY.slice(0, 2000));
  response.end(BODY.slice(2000));
}

function askFor(dialer: Dialer, port: number, isAct: boolean): Promise<HttpAnswer> {
  const url = `http://127.0.0.1:${port}/api/`;
  return dialer.http(
    isAct
      ? { url, method: "POST", body: BODY.repeat(4), timeoutSeconds: SECONDS }
      : { url, method: "GET", timeoutSeconds: SECONDS },
  );
}

async function begun(line: FaultyLine): Promise<void> {
  while (line.moved === 0) await new Promise((resolve) => setImmediate(resolve));
}

/** Null where it is not over in its time. */
async function outcome(
  asked: Promise<HttpAnswer>,
  clock: TestClock,
  line: FaultyLine,
): Promise<HttpAnswer | Error | null> {
  let came: HttpAnswer | Error | null = null;
  asked.then(
    (said) => {
      came = said;
    },
    (error: Error) => {
      came = error;
    },
  );
  await pass(clock, line, SECONDS + 1, () => came !== null);
  return came;
}

function whatIsWrong(met: HttpAnswer | Error, { fit }: LineCase): string | null {
  if (!(met instanceof Error)) return met.body === BODY && met.status === 200 ? null : "taken for whole, and it is not";
  if (!FAILS_WITH.some((code) => isCaretakerError(met, code))) return String(met);
  return GENTLE.has(fit.fault) && fit.strength < 2 ? `failed: ${met.message}` : null;
}
