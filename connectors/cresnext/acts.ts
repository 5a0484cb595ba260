import {
  type ActRequest,
  type CapabilityName,
  type CapabilityOutput,
  CaretakerError,
  type HttpAnswer,
  isCaretakerError,
} from "@caretaker/protocol";
import { OBJECTS } from "./client/tree.ts";
import type { Follower } from "./follower.ts";
import { PostReply } from "./schema.ts";
import { words } from "./words.ts";

const OPERATIONS = "/Device/DeviceOperations";
/** The only change that this connector can make, as it is sent: nothing of it comes from outside. */
const RESTART = { Device: { DeviceOperations: { Reboot: true } } } as const;

/** Does one thing, once. `step_failed`: nothing happened. Any other error: nobody knows. */
export async function act<N extends CapabilityName>(
  from: Follower,
  base: string,
  { capability }: ActRequest<N>,
): Promise<CapabilityOutput<N>> {
  if (capability !== "gateway.restart")
    throw new CaretakerError("not_available_here", words.notHere(capability), { meta: { isSent: false } });
  await beforeAnything(from);
  return (await restart(from, base)) as CapabilityOutput<N>;
}

/** A session that ended is renewed by a read; the change itself is not repeated. */
async function beforeAnything(from: Follower): Promise<void> {
  try {
    await from.look(OBJECTS[0]);
  } catch (error) {
    if (!(error instanceof CaretakerError)) throw error;
    throw new CaretakerError(error.code, error.message, { cause: error, meta: { ...error.meta, isSent: false } });
  }
}

async function restart(from: Follower, base: string): Promise<Record<string, never>> {
  from.expectRestart();
  let answer: HttpAnswer;
  try {
    answer = await from.client.post(OPERATIONS, RESTART);
  } catch (error) {
    // A panel that restarts at once cuts its answer off: that is what was asked for.
    if (isCutOff(error)) return {};
    throw error;
  }
  const said = refusalIn(answer);
  if (said === undefined) return {};
  from.forgetRestart();
  if (answer.status >= 500) throw new CaretakerError("gateway_misbehaving", words.starting(base, answer.status));
  const isTold = answer.status >= 200 && answer.status < 300;
  throw new CaretakerError("step_failed", isTold ? words.saidNo(base, said) : words.notRestarted(base, answer.status));
}

/** What the panel said against it. A negative `StatusId` is a no, whatever the HTTP status. */
function refusalIn({ status, body }: HttpAnswer): string | undefined {
  if (status < 200 || status >= 300) return `HTTP ${status}`;
  const results = readReply(body).flatMap(({ Results }) => Results);
  const no = results.find(({ StatusId }) => StatusId < 0);
  return no === undefined ? undefined : (no.StatusInfo ?? `status ${no.StatusId}`);
}

function readReply(body: string): PostReply["Actions"] {
  try {
    return PostReply.parse(JSON.parse(body)).Actions;
  } catch {
    // Cut off in the middle, or nothing at all: any 2xx counts.
    return [];
  }
}

function isCutOff(error: unknown): boolean {
  if (!isCaretakerError(error, "gateway_unreachable")) return false;
  const { code } = (error.cause ?? {}) as { code?: unknown };
  return error.meta.cause === "reset" || code === "ECONNRESET";
}
