import {
  type ActRequest,
  type CapabilityName,
  type CapabilityOutput,
  CaretakerError,
  type ConnectorContext,
  type GatewaySession,
  type MessageName,
  type MessageOutput,
  type ReadRequest,
  type SayRequest,
} from "@caretaker/protocol";
import { readAccess } from "./access.ts";
import { act } from "./acts.ts";
import type { Loss } from "./client/loss.ts";
import { HomeAssistantClient } from "./client.ts";
import { diagnosticsOf } from "./diagnostics.ts";
import { Follower } from "./home/follower.ts";
import { say } from "./household.ts";
import { isTooOld } from "./normalise/version.ts";
import { read } from "./reads.ts";
import { words } from "./words.ts";

/** One session with one Home Assistant: from a line that opened to a line that closed. */
export async function openSession(config: unknown, context: ConnectorContext): Promise<GatewaySession> {
  const { address, token } = readAccess(config);
  const session = new HomeAssistantSession(context, address.base);
  const client = await HomeAssistantClient.open({
    dialer: context.dialer,
    clock: context.clock,
    address,
    token,
    onLost: (loss) => session.handleLost(loss),
    onGarbage: (count, what) => session.handleGarbage(count, what),
  });
  try {
    if (isTooOld(client.version))
      throw new CaretakerError("gateway_unsupported", words.tooOld(address.base, client.version));
    await session.begin(client);
    return session;
  } catch (error) {
    await session.close();
    client.close();
    if (error instanceof CaretakerError) throw error;
    throw new CaretakerError("gateway_misbehaving", words.noInventory(address.base), { cause: error });
  }
}

class HomeAssistantSession implements GatewaySession {
  readonly #context: ConnectorContext;
  readonly #base: string;
  #follower: Follower | undefined;
  #isOver = false;
  #hasBegun = false;

  constructor(context: ConnectorContext, base: string) {
    this.#context = context;
    this.#base = base;
  }

  async begin(client: HomeAssistantClient): Promise<void> {
    const { clock, emit, log } = this.#context;
    const remembered = new Map(this.#context.remembered?.());
    this.#follower = new Follower({ client, clock, log, remembered, emit: (event) => this.#isOver || emit(event) });
    await this.#follower.start();
    this.#hasBegun = true;
  }

  async read<N extends CapabilityName>(request: ReadRequest<N>): Promise<CapabilityOutput<N>> {
    return read(this.#need(), request);
  }

  async act<N extends CapabilityName>(request: ActRequest<N>): Promise<CapabilityOutput<N>> {
    return act(this.#need(), this.#context.clock, request);
  }

  async say<N extends MessageName>(request: SayRequest<N>): Promise<MessageOutput<N>> {
    return say(this.#need(), request);
  }

  async diagnostics(): Promise<Record<string, unknown>> {
    return diagnosticsOf(this.#need());
  }

  async close(): Promise<void> {
    this.#isOver = true;
    this.#follower?.stop();
    this.#follower?.client.close();
  }

  handleLost(loss: Loss): void {
    const isRestart = this.#follower?.restarts.isGoingDown ?? false;
    this.#follower?.stop();
    // Before `connect` has resolved it rejects instead: nobody has a session that could be lost.
    if (!this.#isOver && this.#hasBegun) {
      this.#context.log.info(
        { how: loss.how, detail: loss.detail, isRestart },
        `The connection to ${this.#base} ended.`,
      );
      this.#context.emit({ type: "lost", ...describeLoss(loss, isRestart) });
    }
    this.#isOver = true;
  }

  handleGarbage(count: number, what: string): void {
    if (this.#isOver) return;
    if (count === 1)
      this.#context.log.warn(
        { what },
        `${this.#base} said something that is not understood; it is passed over and counted.`,
      );
    this.#context.emit({ type: "garbage", count: 1 });
  }

  #need(): Follower {
    if (this.#isOver || this.#follower === undefined)
      throw new CaretakerError("gateway_lost", words.lost(this.#base), { meta: { isSent: false } });
    return this.#follower;
  }
}

function describeLoss(loss: Loss, isRestart: boolean) {
  if (isRestart) return { kind: "restarting" as const, reason: { code: "restarting" } };
  switch (loss.how) {
    case "silent":
      return { kind: "unreachable" as const, reason: { code: "silent" } };
    case "bad_frame":
    case "garbage":
      return { kind: "misbehaving" as const, reason: { code: loss.how, detail: loss.detail.slice(0, 300) } };
    default:
      return { kind: "unreachable" as const, reason: { code: "connection_lost", detail: loss.detail.slice(0, 300) } };
  }
}
