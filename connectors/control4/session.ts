import {
  type ActRequest,
  type CapabilityName,
  type CapabilityOutput,
  CaretakerError,
  type ConnectorContext,
  type GatewaySession,
  type LostKind,
  type ReadRequest,
  type Reason,
} from "@caretaker/protocol";
import { act } from "./acts.ts";
import { Director } from "./client/director.ts";
import { PushLine } from "./client/push.ts";
import { TokenKeeper } from "./client/tokens.ts";
import { diagnosticsOf } from "./diagnostics.ts";
import { Follower } from "./home/follower.ts";
import { read } from "./reads.ts";
import { chooseController, fetchToken, modelOf, type Plan, planOf } from "./sign-in.ts";
import { words } from "./words.ts";

/** What a session knows of the controller besides its home. */
export interface Controller {
  readonly model: string;
  readonly osVersion: string | undefined;
}

export interface Held {
  readonly follower: Follower;
  readonly director: Director;
  readonly tokens: TokenKeeper;
  readonly controller: Controller;
  readonly garbage: () => number;
}

/** One session with one controller: from a push channel that opened to one that could not be kept. */
export async function openSession(config: unknown, context: ConnectorContext): Promise<GatewaySession> {
  const plan = planOf(config, context);
  const { account, login } = plan;
  const accountToken = await account.logIn(login);
  const row = chooseController(plan, await account.controllers(accountToken));
  const [osVersion, first] = await Promise.all([
    account.osVersion(accountToken, row),
    account.directorToken(accountToken, row.controllerCommonName),
  ]);
  const session = new Control4Session(context, plan, { model: modelOf(row), osVersion });
  const tokens = new TokenKeeper({
    clock: context.clock,
    first,
    fetch: () => fetchToken(plan, row.controllerCommonName),
    renewed: () => session.handleRenewed(),
    failed: (error) => session.handleFailed(error),
  });
  try {
    await session.begin(tokens);
    return session;
  } catch (error) {
    await session.close();
    tokens.stop();
    if (error instanceof CaretakerError && error.code !== "step_failed") throw error;
    throw new CaretakerError("gateway_misbehaving", words.noInventory(plan.address.base), { cause: error });
  }
}

class Control4Session implements GatewaySession {
  readonly #context: ConnectorContext;
  readonly #plan: Plan;
  readonly #controller: Controller;
  #held: Held | undefined;
  #push: PushLine | undefined;
  #isOver = false;
  #hasBegun = false;
  #garbage = 0;

  constructor(context: ConnectorContext, plan: Plan, controller: Controller) {
    this.#context = context;
    this.#plan = plan;
    this.#controller = controller;
  }

  async begin(tokens: TokenKeeper): Promise<void> {
    const { clock, dialer, log } = this.#context;
    const { address } = this.#plan;
    const { osVersion, model } = this.#controller;
    const restarting = (): void => this.#lose("restarting", { code: "restarting" });
    const director = new Director({ dialer, clock, address, tokens, osVersion, restarting });
    const garbage = (what: string): void => this.#countGarbage(what);
    const emit: ConnectorContext["emit"] = (event) => this.#isOver || this.#context.emit(event);
    const follower = new Follower({ director, clock, log, emit, garbage });
    this.#held = { follower, director, tokens, controller: this.#controller, garbage: () => this.#garbage };
    // Asks whether the token is accepted before anything is opened with it.
    await director.controllers();
    this.#push = await this.#openPush(this.#held);
    emit({
      type: "gateway",
      version: osVersion ?? "unknown",
      name: `Control4 ${model}`,
      state: "running",
    });
    await follower.start();
    if (this.#isOver) throw new CaretakerError("gateway_lost", words.lost(address.base));
    this.#hasBegun = true;
  }

  async read<N extends CapabilityName>(request: ReadRequest<N>): Promise<CapabilityOutput<N>> {
    return read(this.#need(), request);
  }

  async act<N extends CapabilityName>(request: ActRequest<N>): Promise<CapabilityOutput<N>> {
    return act(this.#need(), request);
  }

  async diagnostics(): Promise<Record<string, unknown>> {
    return diagnosticsOf(this.#need(), this.#context.clock.now());
  }

  async close(): Promise<void> {
    this.#isOver = true;
    this.#held?.tokens.stop();
    this.#held?.follower.stop();
    this.#push?.close();
  }

  /** The Director stops sending to who came with a token that ended: a channel with the new one takes over. */
  handleRenewed(): void {
    const held = this.#held;
    if (held === undefined || this.#isOver || !this.#hasBegun) return;
    const before = this.#push;
    this.#openPush(held)
      .then(
        (line) => {
          if (this.#isOver) return line.close();
          this.#push = line;
          before?.close();
          return held.follower.lookAtAll();
        },
        (error: unknown) => {
          this.#context.log.info({ error: codeOf(error) }, "A new push channel could not be opened.");
          this.#lose("unreachable", { code: "connection_lost" });
        },
      )
      .catch((error: unknown) => this.#context.log.debug({ error: codeOf(error) }, "Reading the home anew failed."));
  }

  handleFailed(error: CaretakerError): void {
    const kind = error.code === "gateway_auth_failed" ? "refused" : "unreachable";
    const code = kind === "refused" ? "credentials_refused" : "token_ended";
    this.#lose(kind, { code, detail: error.message.slice(0, 1000) });
  }

  #openPush(held: Held): Promise<PushLine> {
    const { dialer, clock } = this.#context;
    const token = held.tokens.current;
    return PushLine.open({
      dialer,
      clock,
      address: this.#plan.address,
      token,
      subscribe: (clientId) => held.director.subscription(clientId, token),
      heard: (payload) => held.follower.hear(payload),
      garbage: (what) => this.#countGarbage(what),
      lost: (how) => this.#lose("unreachable", { code: how === "silent" ? "silent" : "connection_lost" }),
    });
  }

  #lose(kind: LostKind, reason: Reason): void {
    if (this.#isOver) return;
    const hadBegun = this.#hasBegun;
    this.close().catch(() => {});
    // Before `connect` has resolved it rejects instead: nobody has a session that could be lost.
    if (!hadBegun) return;
    this.#context.log.info({ kind, reason: reason.code }, `The connection to ${this.#plan.address.base} ended.`);
    this.#context.emit({ type: "lost", kind, reason });
  }

  #countGarbage(what: string): void {
    if (this.#isOver) return;
    this.#garbage += 1;
    if (this.#garbage === 1)
      this.#context.log.warn(
        { what },
        `${this.#plan.address.base} said something that is not understood; it is passed over and counted.`,
      );
    this.#context.emit({ type: "garbage", count: 1 });
  }

  #need(): Held {
    if (this.#isOver || this.#held === undefined)
      throw new CaretakerError("gateway_lost", words.lost(this.#plan.address.base), { meta: { isSent: false } });
    return this.#held;
  }
}

function codeOf(error: unknown): string {
  return error instanceof CaretakerError ? error.code : "unexpected";
}
