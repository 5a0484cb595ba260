import {
  type ActRequest,
  type CapabilityName,
  type CapabilityOutput,
  CaretakerError,
  type ConnectorContext,
  type GatewaySession,
  type ReadRequest,
  Secret,
} from "@caretaker/protocol";
import { act } from "./acts.ts";
import { parseAddress } from "./address.ts";
import { ConsoleClient } from "./client.ts";
import { Follower } from "./follower.ts";
import { CrestronConfig } from "./manifest.ts";
import { answersBy } from "./normalise.ts";
import { read } from "./reads.ts";
import { words } from "./words.ts";

/** One session with one processor: from its login to its loss. */
export async function openSession(config: unknown, context: ConnectorContext): Promise<GatewaySession> {
  const { username, password, pinnedHostKey, allowOldAlgorithms, ...typed } = CrestronConfig.parse(config);
  const address = parseAddress(typed.address);
  if (address === undefined)
    throw new CaretakerError("configuration_invalid", `${typed.address} is not the address of a processor.`);
  const { dialer, clock } = context;
  const client = await ConsoleClient.logIn({
    dialer,
    clock,
    address,
    username,
    password: new Secret(password),
    pinnedHostKey,
    allowsOld: allowOldAlgorithms,
  });
  const session = new ProcessorSession(context, address.where, client);
  try {
    await session.begin();
    return session;
  } catch (error) {
    await session.close();
    throw error;
  }
}

class ProcessorSession implements GatewaySession {
  readonly #context: ConnectorContext;
  readonly #where: string;
  readonly #follower: Follower;
  #hasBegun = false;
  #isOver = false;

  constructor(context: ConnectorContext, where: string, client: ConsoleClient) {
    this.#context = context;
    this.#where = where;
    const { clock } = context;
    this.#follower = new Follower({ client, where, clock, emit: (event) => this.#isOver || context.emit(event) });
    client.onLost((detail) => this.#handleLost(detail));
  }

  async begin(): Promise<void> {
    await this.#follower.start();
    this.#hasBegun = true;
  }

  async read<N extends CapabilityName>(request: ReadRequest<N>): Promise<CapabilityOutput<N>> {
    return read(this.#need(), this.#context.clock, request);
  }

  async act<N extends CapabilityName>(request: ActRequest<N>): Promise<CapabilityOutput<N>> {
    return act(this.#need(), request);
  }

  async diagnostics(): Promise<Record<string, unknown>> {
    const { version, programs, table, memory } = this.#need().facts;
    return {
      processor: version,
      memoryInUse: memory ?? null,
      programs: [...programs.keys()],
      ipTable: table.map(({ slot, ipId, status, model }) => ({ slot, ipId, status, model, is: answersBy(status) })),
    };
  }

  async close(): Promise<void> {
    this.#isOver = true;
    this.#follower.stop();
    this.#follower.client.close();
  }

  #handleLost(detail: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#follower.stop();
    // Before `connect` has resolved it rejects instead: nobody has a session that could be lost.
    if (!this.#hasBegun) return;
    const isRestart = this.#follower.isGoingDown;
    this.#context.log.info({ detail, isRestart }, `The connection to ${this.#where} ended.`);
    this.#context.emit(
      isRestart
        ? { type: "lost", kind: "restarting", reason: { code: "restarting" } }
        : { type: "lost", kind: "unreachable", reason: { code: "connection_lost", detail } },
    );
  }

  #need(): Follower {
    if (this.#isOver) throw new CaretakerError("gateway_lost", words.lost(this.#where), { meta: { isSent: false } });
    return this.#follower;
  }
}
