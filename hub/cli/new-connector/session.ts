import {
  type ActRequest,
  type CapabilityName,
  type CapabilityOutput,
  CaretakerError,
  type ConnectorContext,
  type GatewaySession,
  type LostKind,
  type ReadRequest,
  Secret,
  type SessionEvent,
} from "@caretaker/protocol";
import { act } from "./acts.ts";
import { parseAddress } from "./address.ts";
import { ToyClient } from "./client.ts";
import { ToyConfig } from "./manifest.ts";
import { inventoryOf, stateOf } from "./normalise.ts";
import { askHouse, askInfo, read, type Source } from "./reads.ts";
import { words } from "./words.ts";

/** A line that is cut without a goodbye is found within 30 s: asked every 15, with 10 to answer. */
const PULSE_SECONDS = 15;
/** A gateway that says so much that is not understood is not of this make, or is broken. */
const MOST_GARBAGE = 200;

/** Opens one session: it lives until it is closed or lost, and does not come back by itself. */
export async function openSession(config: unknown, context: ConnectorContext): Promise<GatewaySession> {
  const { address: typed, token } = ToyConfig.parse(config);
  const address = parseAddress(typed);
  if (address === undefined)
    throw new CaretakerError("configuration_invalid", `${typed} is not an address. Enter one such as 192.168.1.60.`);
  const session = new ToySession(context, address.where);
  const { dialer, clock } = context;
  const client = await ToyClient.open({ dialer, clock, address, token: new Secret(token), ...session.listeners });
  try {
    await session.begin(client);
    return session;
  } catch (error) {
    await session.close();
    throw error;
  }
}

class ToySession implements GatewaySession {
  readonly #context: ConnectorContext;
  readonly #where: string;
  #client: ToyClient | undefined;
  #garbage = 0;
  #hasBegun = false;
  #isOver = false;
  #stopPulse = (): void => {};

  constructor(context: ConnectorContext, where: string) {
    this.#context = context;
    this.#where = where;
  }

  readonly listeners = {
    onChanged: (thing: Parameters<typeof stateOf>[0]): void => {
      if (this.#hasBegun) this.#emit({ type: "states", full: false, changes: [stateOf(thing, this.#now())] });
    },
    onGarbage: (what: string): void => this.#countGarbage(what),
    onLost: (): void => this.#lose("unreachable", "dropped"),
  };

  /** Tells the gateway, what it has, and how all of it is: in this order. */
  async begin(client: ToyClient): Promise<void> {
    this.#client = client;
    const from = { client, where: this.#where };
    const [{ name, version }, house] = await Promise.all([askInfo(from), askHouse(from)]);
    this.#emit({ type: "gateway", name, version, state: "running" });
    this.#emit({ type: "inventory", inventory: inventoryOf(house) });
    const now = this.#now();
    this.#emit({ type: "states", full: true, changes: house.things.map((thing) => stateOf(thing, now)) });
    this.#hasBegun = true;
    this.#pulse(from);
  }

  async read<N extends CapabilityName>(request: ReadRequest<N>): Promise<CapabilityOutput<N>> {
    return read(this.#need(), request);
  }

  async act<N extends CapabilityName>(request: ActRequest<N>): Promise<CapabilityOutput<N>> {
    return act(this.#need(), request);
  }

  async diagnostics(): Promise<Record<string, unknown>> {
    const { things } = await askHouse(this.#need());
    return { things: things.map(({ kind, reachable }) => ({ kind, reachable })), garbage: this.#garbage };
  }

  async close(): Promise<void> {
    this.#isOver = true;
    this.#stopPulse();
    this.#client?.close();
  }

  #pulse(from: Source): void {
    this.#stopPulse = this.#context.clock.after(PULSE_SECONDS * 1000, () => {
      askInfo(from).then(
        () => this.#isOver || this.#pulse(from),
        () => this.#lose("unreachable", "silent"),
      );
    });
  }

  #need(): Source {
    if (this.#isOver || this.#client === undefined)
      throw new CaretakerError("gateway_lost", words.lost(this.#where), { meta: { isSent: false } });
    return { client: this.#client, where: this.#where };
  }

  #countGarbage(what: string): void {
    this.#garbage += 1;
    if (this.#garbage === 1)
      this.#context.log.warn({ what }, `${this.#where} said something that is not understood; it is counted.`);
    this.#emit({ type: "garbage", count: 1 });
    if (this.#garbage === MOST_GARBAGE) this.#lose("misbehaving", "garbage");
  }

  #lose(kind: LostKind, code: string): void {
    if (this.#isOver) return;
    // Before `connect` has resolved it rejects instead: nobody has a session that could be lost.
    if (this.#hasBegun) this.#emit({ type: "lost", kind, reason: { code } });
    this.#isOver = true;
    this.#stopPulse();
    this.#client?.close();
  }

  #emit(event: SessionEvent): void {
    if (!this.#isOver) this.#context.emit(event);
  }

  #now(): number {
    return this.#context.clock.now().getTime();
  }
}
