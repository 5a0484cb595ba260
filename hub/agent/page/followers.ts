import type { IncomingMessage, ServerResponse } from "node:http";
import type { Cancel, Clock } from "@caretaker/protocol";

const MOST = 32;
const BEAT = 25_000;
/** Changes that come together are told together. */
const TELL_WITHIN = 100;

/** Whoever wants to hear of changes while they happen, by server-sent events. */
export class Followers {
  readonly #clock: Clock;
  readonly #open = new Map<ServerResponse, () => string>();
  #isTelling = false;
  #beat: Cancel | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Says `words` at once, and again at each change. */
  follow(request: IncomingMessage, response: ServerResponse, words: () => string): void {
    if (this.#open.size >= MOST) {
      response.writeHead(503, { "Content-Type": "text/plain", "Retry-After": "30" });
      response.end("Too many follow this box at once.");
      return;
    }
    response.writeHead(200, { "Content-Type": "text/event-stream", "X-Accel-Buffering": "no" });
    this.#open.set(response, words);
    request.on("close", () => this.#open.delete(response));
    response.on("close", () => this.#open.delete(response));
    response.write(eventOf(words()));
    this.#keepBeating();
  }

  tell(): void {
    if (this.#isTelling || this.#open.size === 0) return;
    this.#isTelling = true;
    this.#clock.after(TELL_WITHIN, () => {
      this.#isTelling = false;
      for (const [response, words] of this.#open) response.write(eventOf(words()));
    });
  }

  end(): void {
    this.#beat?.();
    for (const response of this.#open.keys()) response.end();
    this.#open.clear();
  }

  #keepBeating(): void {
    this.#beat ??= this.#clock.after(BEAT, () => {
      this.#beat = null;
      for (const response of this.#open.keys()) response.write(": still here\n\n");
      if (this.#open.size > 0) this.#keepBeating();
    });
  }
}

function eventOf(words: string): string {
  return `data: ${words}\n\n`;
}
