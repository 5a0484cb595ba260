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
import { CresNextClient } from "./client.ts";
import { Follower } from "./follower.ts";
import { CresNextConfig } from "./manifest.ts";
import { read } from "./reads.ts";
import { words } from "./words.ts";

/** Above this it is not an accident of one message any more. */
const MOST_GARBAGE = 200;

/** One session with one panel: from its login to its loss. */
export async function openSession(config: unknown, context: ConnectorContext): Promise<GatewaySession> {
  const { url, username, password } = CresNextConfig.parse(config);
  const address = parseAddress(url);
  if (address === undefined) throw new CaretakerError("configuration_invalid", `${url} is not the address of a panel.`);
  const { dialer } = context;
  const client = await CresNextClient.logIn({ dialer, address, username, password: new Secret(password) });
  const session = new PanelSession(context, address.base, client);
  try {
    await session.begin();
    return session;
  } catch (error) {
    await session.close();
    throw error;
  }
}

class PanelSession implements GatewaySession {
  readonly #context: ConnectorContext;
  readonly #base: string;
  readonly #follower: Follower;
  #garbage = 0;
  #hasBegun = false;
  #isOver = false;
  #failure: CaretakerError | undefined;

  constructor(context: ConnectorContext, base: string, client: CresNextClient) {
    this.#context = context;
    this.#base = base;
    this.#follower = new Follower({
      client,
      base,
      clock: context.clock,
      log: context.log,
      emit: (event) => this.#isOver || context.emit(event),
      lost: (kind, reason) => {
        if (this.#isOver) return;
        this.#isOver = true;
        context.log.info({ kind, ...reason }, `The connection to ${base} ended.`);
        // Before `connect` has resolved it rejects instead: nobody has a session that could be lost.
        if (this.#hasBegun) context.emit({ type: "lost", kind, reason });
        else
          this.#failure = new CaretakerError("gateway_unreachable", words.lost(base), { meta: { cause: "dropped" } });
      },
      garbage: (what) => this.#countGarbage(what),
    });
  }

  async begin(): Promise<void> {
    await this.#follower.start();
    if (this.#failure !== undefined) throw this.#failure;
    this.#hasBegun = true;
  }

  async read<N extends CapabilityName>(request: ReadRequest<N>): Promise<CapabilityOutput<N>> {
    return read(this.#need(), this.#base, request);
  }

  async act<N extends CapabilityName>(request: ActRequest<N>): Promise<CapabilityOutput<N>> {
    return act(this.#need(), this.#base, request);
  }

  async diagnostics(): Promise<Record<string, unknown>> {
    const follower = this.#need();
    const { model, firmware, systems } = follower.panel;
    return {
      panel: { model, firmware },
      connection: { isPushed: follower.isPushed, garbage: this.#garbage },
      ipTable: systems.map(({ ipId, status, availability }) => ({ ipId, status, availability })),
    };
  }

  async close(): Promise<void> {
    this.#isOver = true;
    this.#follower.stop();
    await this.#follower.client.close();
  }

  #need(): Follower {
    if (this.#isOver) throw new CaretakerError("gateway_lost", words.lost(this.#base), { meta: { isSent: false } });
    return this.#follower;
  }

  #countGarbage(what: string): void {
    if (this.#isOver) return;
    this.#garbage += 1;
    if (this.#garbage === 1)
      this.#context.log.warn(
        { what },
        `${this.#base} said something that is not understood; it is passed over and counted.`,
      );
    this.#context.emit({ type: "garbage", count: 1 });
    if (this.#garbage === MOST_GARBAGE) this.#follower.giveUp(what);
  }
}
