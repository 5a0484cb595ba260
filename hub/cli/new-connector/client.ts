import {
  CaretakerError,
  type Clock,
  type DialedStream,
  type Dialer,
  isCaretakerError,
  type Secret,
} from "@caretaker/protocol";
import type { Address } from "./address.ts";
import { Line, type Thing } from "./schema.ts";
import { words } from "./words.ts";

export interface ClientOptions {
  readonly dialer: Dialer;
  readonly clock: Clock;
  readonly address: Address;
  readonly token: Secret;
  readonly onChanged: (thing: Thing) => void;
  readonly onGarbage: (what: string) => void;
  /** Called once, when the line ends without `close`. */
  readonly onLost: () => void;
}

interface Waiting {
  readonly done: (value: unknown) => void;
  readonly fail: (error: CaretakerError) => void;
}

const ANSWER_SECONDS = 10;
/** A longer line is none of this gateway's: the connection is given up before it fills the memory. */
const LONGEST_LINE = 1024 * 1024;

/**
 * Speaks the wire and knows nothing of Caretaker: one JSON object in each line, each question with a number that its answer
 * repeats.
 */
export class ToyClient {
  readonly #options: ClientOptions;
  readonly #stream: DialedStream;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  #rest = "";
  #isOver = false;

  private constructor(options: ClientOptions, stream: DialedStream) {
    this.#options = options;
    this.#stream = stream;
    stream.setEncoding("utf8");
    stream.on("data", (piece: string) => this.#take(piece));
    stream.on("error", () => this.#lose());
    stream.on("close", () => this.#lose());
  }

  /** Connects and logs in. Rejects with `gateway_unreachable`, `gateway_auth_failed` or `gateway_misbehaving`. */
  static async open(options: ClientOptions): Promise<ToyClient> {
    const { host, port, where } = options.address;
    const client = new ToyClient(options, await options.dialer.stream({ host, port }));
    try {
      await client.ask("login", { token: options.token.reveal() });
      return client;
    } catch (error) {
      client.close();
      if (isCaretakerError(error, "step_failed"))
        throw new CaretakerError("gateway_auth_failed", words.refused(where), { cause: error });
      if (isCaretakerError(error, "gateway_timeout"))
        throw new CaretakerError("gateway_misbehaving", words.notOurs(where), { cause: error });
      throw error;
    }
  }

  /** Rejects with `step_failed` when it said no, `gateway_timeout` or `gateway_lost` when it said nothing. */
  ask(what: string, more: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    const { where } = this.#options.address;
    if (this.#isOver)
      return Promise.reject(new CaretakerError("gateway_lost", words.lost(where), { meta: { isSent: false } }));
    this.#last += 1;
    const number = this.#last;
    return new Promise((resolve, reject) => {
      const settle = (end: () => void): void => {
        cancel();
        this.#waiting.delete(number);
        end();
      };
      const cancel = this.#options.clock.after(ANSWER_SECONDS * 1000, () =>
        settle(() => reject(new CaretakerError("gateway_timeout", words.silent(where, what, ANSWER_SECONDS)))),
      );
      this.#waiting.set(number, {
        done: (value) => settle(() => resolve(value)),
        fail: (error) => settle(() => reject(error)),
      });
      this.#stream.write(`${JSON.stringify({ ask: number, what, ...more })}\n`);
    });
  }

  close(): void {
    this.#end();
    this.#stream.destroy();
  }

  #take(piece: string): void {
    if (this.#isOver) return;
    const lines = (this.#rest + piece).split("\n");
    this.#rest = lines.pop() ?? "";
    if (this.#rest.length > LONGEST_LINE) {
      this.#options.onGarbage("a line without an end");
      this.#lose();
      return;
    }
    for (const line of lines) this.#hear(line);
  }

  #hear(text: string): void {
    const line = Line.safeParse(parsed(text)).data;
    if (line === undefined) this.#options.onGarbage("a line that is not understood");
    else if ("changed" in line) this.#options.onChanged(line.changed);
    else {
      const asked = this.#waiting.get(line.answer);
      if (asked === undefined) this.#options.onGarbage("an answer that nobody waits for");
      else if (line.error === undefined) asked.done(line.ok);
      else asked.fail(new CaretakerError("step_failed", words.saidNo(this.#options.address.where, line.error)));
    }
  }

  #lose(): void {
    if (this.#isOver) return;
    this.#end();
    this.#stream.destroy();
    this.#options.onLost();
  }

  #end(): void {
    this.#isOver = true;
    for (const { fail } of [...this.#waiting.values()])
      fail(new CaretakerError("gateway_lost", words.lost(this.#options.address.where)));
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
