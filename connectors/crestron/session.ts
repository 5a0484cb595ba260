import {
  type ActRequest,
  type CapabilityName,
  type CapabilityOutput,
  CaretakerError,
  type ConnectorContext,
  type GatewaySession,
  isCaretakerError,
  type LostKind,
  type ReadRequest,
  type Reason,
} from "@caretaker/protocol";
import { act } from "./acts.ts";
import { ConsoleClient } from "./client.ts";
import { Door } from "./door.ts";
import { type ConsoleDoor, type DoorName, doorsOf, type HomeDoor } from "./doors.ts";
import { ExpectedRestart } from "./expected-restart.ts";
import { Follower } from "./follower.ts";
import { HomeClient } from "./home/client.ts";
import { HomeFollower } from "./home/follower.ts";
import { LogMemory } from "./log-memory.ts";
import { answersBy } from "./normalise.ts";
import { read } from "./reads.ts";
import { Teller } from "./teller.ts";
import { words } from "./words.ts";

/** What of a session its reads and acts go through. A door that was not entered is absent. */
export interface Processor {
  readonly restart: ExpectedRestart;
  readonly log: LogMemory;
  readonly clock: ConnectorContext["clock"];
  readonly console: Door<Follower> | undefined;
  readonly home: Door<HomeFollower> | undefined;
}

/** One session with one processor, by all doors that were entered: it lives as long as one of them is open. */
export async function openSession(config: unknown, context: ConnectorContext): Promise<GatewaySession> {
  const session = new ProcessorSession(config, context);
  try {
    await session.begin();
    return session;
  } catch (error) {
    await session.close();
    throw error;
  }
}

type AnyDoor = Pick<Door<never>, "leaveShut">;

class ProcessorSession implements GatewaySession {
  readonly #context: ConnectorContext;
  readonly #processor: Processor;
  readonly #teller: Teller;
  readonly #where: string;
  #hasBegun = false;
  #isOver = false;

  constructor(config: unknown, context: ConnectorContext) {
    const { console, home } = doorsOf(config);
    this.#context = context;
    this.#where = (console ?? home)?.address.where ?? "";
    const names = [console && "console", home && "home"].filter((name) => name !== undefined) as DoorName[];
    this.#teller = new Teller(names, context.clock, (event) => this.#isOver || context.emit(event));
    this.#processor = {
      restart: new ExpectedRestart(context.clock),
      log: new LogMemory(context.memory, context.log),
      clock: context.clock,
      console: console && this.#door("console", (lost) => this.#openConsole(console, lost)),
      home: home && this.#door("home", (lost) => this.#openHome(home, lost)),
    };
  }

  /** A door that cannot be reached is left shut, if another opens. One that refuses us ends it all: asking again locks out. */
  async begin(): Promise<void> {
    await this.#processor.log.recall();
    const shut: [Door<Follower> | Door<HomeFollower>, unknown][] = [];
    for (const door of this.#doors) {
      try {
        await door.open();
      } catch (error) {
        if (isCaretakerError(error, "gateway_auth_failed")) throw error;
        shut.push([door, error]);
      }
    }
    if (shut.length === this.#doors.length) throw shut.find(([, error]) => !isPassing(error))?.[1] ?? shut[0]?.[1];
    for (const [door, error] of shut) door.leaveShut(error);
    this.#hasBegun = true;
    this.#teller.begin();
  }

  async read<N extends CapabilityName>(request: ReadRequest<N>): Promise<CapabilityOutput<N>> {
    return read(this.#need(), request);
  }

  async act<N extends CapabilityName>(request: ActRequest<N>): Promise<CapabilityOutput<N>> {
    return act(this.#need(), request);
  }

  async diagnostics(): Promise<Record<string, unknown>> {
    const { console, home } = this.#need();
    const facts = console?.held?.facts;
    const counted = Object.entries(home?.held?.facts ?? {}).map(([name, rows]) => [name, rows.length]);
    return {
      doors: { console: stateOf(console), home: stateOf(home) },
      processor: facts?.version ?? null,
      memoryInUse: facts?.memory ?? null,
      programs: [...(facts?.programs.keys() ?? [])],
      ipTable: (facts?.table ?? []).map(({ slot, ipId, status, model }) => {
        return { slot, ipId, status, model, is: answersBy(status) };
      }),
      home: Object.fromEntries(counted),
    };
  }

  async close(): Promise<void> {
    this.#isOver = true;
    for (const door of this.#doors) door.close();
  }

  get #doors(): readonly (Door<Follower> | Door<HomeFollower>)[] {
    return [this.#processor.console, this.#processor.home].filter((door) => door !== undefined);
  }

  #door<T extends { stop(): void }>(name: DoorName, open: (lost: (error: unknown) => void) => Promise<T>): Door<T> {
    const door: Door<T> = new Door({
      name,
      clock: this.#context.clock,
      open,
      changed: (state) => this.#teller.door(name, state),
      lost: (error) => this.#handleLost(door, error),
      failed: (error) => this.#handleLost(door, error),
    });
    return door;
  }

  async #openConsole(login: ConsoleDoor, lost: (error: unknown) => void): Promise<Follower> {
    const { dialer, clock } = this.#context;
    const { where } = login.address;
    const client = await ConsoleClient.logIn({ ...login, dialer, clock });
    const follower = new Follower({
      client,
      where,
      clock,
      tell: (identity, part) => this.#teller.part("console", identity, part),
    });
    client.onLost((detail) => lost(new CaretakerError("gateway_lost", words.lost(where), { meta: { detail } })));
    return started(follower);
  }

  async #openHome(login: HomeDoor, lost: (error: unknown) => void): Promise<HomeFollower> {
    const { dialer, clock, emit } = this.#context;
    const client = await HomeClient.logIn({ ...login, dialer, clock });
    const identity = { name: "Crestron Home", version: client.version ?? "unknown" };
    const follower = new HomeFollower({
      client,
      where: login.address.where,
      clock,
      tell: (part) => this.#teller.part("home", identity, part),
      garbage: (count) => this.#isOver || emit({ type: "garbage", count }),
      lost,
    });
    return started(follower);
  }

  #handleLost(door: AnyDoor, error: unknown): void {
    // Before `connect` has resolved it rejects instead: nobody has a session that could be lost.
    if (this.#isOver || !this.#hasBegun) return;
    const isOther = this.#doors.some((one) => one !== (door as unknown) && one.held !== undefined);
    if (this.#processor.restart.isExpected) this.#end("restarting", { code: "restarting" });
    else if (isCaretakerError(error, "gateway_auth_failed"))
      this.#end("refused", { code: error.code, detail: error.message });
    else if (isOther) {
      door.leaveShut(error);
      // The other one is asked rather than pushed to us, so it may be gone too.
      this.#processor.home?.held?.lookNow();
    } else this.#end(...endingOf(error));
  }

  #end(kind: LostKind, reason: Reason): void {
    this.#context.log.info({ kind, reason }, `The session with ${this.#where} ended.`);
    this.#isOver = true;
    for (const door of this.#doors) door.close();
    this.#context.emit({ type: "lost", kind, reason });
  }

  #need(): Processor {
    if (this.#isOver) throw new CaretakerError("gateway_lost", words.lost(this.#where), { meta: { isSent: false } });
    return this.#processor;
  }
}

async function started<T extends { start(): Promise<void>; stop(): void }>(follower: T): Promise<T> {
  try {
    await follower.start();
    return follower;
  } catch (error) {
    follower.stop();
    throw error;
  }
}

function stateOf(door: Door<Follower> | Door<HomeFollower> | undefined): "open" | "shut" | "not entered" {
  return door === undefined ? "not entered" : door.held === undefined ? "shut" : "open";
}

function isPassing(error: unknown): boolean {
  return (["gateway_unreachable", "gateway_timeout", "gateway_lost"] as const).some((code) =>
    isCaretakerError(error, code),
  );
}

function endingOf(error: unknown): [LostKind, Reason] {
  const detail = error instanceof Error ? error.message.slice(0, 300) : String(error);
  if (isCaretakerError(error, "gateway_misbehaving")) return ["misbehaving", { code: error.code, detail }];
  if (isCaretakerError(error, "gateway_unsupported")) return ["unsupported", { code: error.code, detail }];
  if (isCaretakerError(error, "gateway_timeout")) return ["unreachable", { code: "silent", detail }];
  return ["unreachable", { code: "connection_lost", detail }];
}
