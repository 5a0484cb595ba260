import type { Clock, ConnectorLog } from "@caretaker/protocol";
import type { HomeAssistantClient } from "../client.ts";

/** After that, a restart that was asked for has been refused. */
const RESTART_MILLISECONDS = 120_000;

/**
 * Tells a restart from a loss by what came before it. Core 2026 closes its sockets before it says that it stops, so the
 * call that asks for a restart is followed as well.
 */
export class RestartWatch {
  readonly #clock: Clock;
  #isStopping = false;
  #askedAt: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `handleStop` hears that Home Assistant itself said that it stops. */
  async follow(client: HomeAssistantClient, log: ConnectorLog, handleStop: () => void): Promise<void> {
    const asked = (service: string) => ({
      platform: "event",
      event_type: "call_service",
      event_data: { domain: "homeassistant", service },
    });
    const trigger = [{ platform: "homeassistant", event: "shutdown" }, asked("restart"), asked("stop")];
    try {
      await client.subscribe({ type: "subscribe_trigger", trigger }, (event) => {
        if (!isShutdown(event)) return this.expect();
        this.#isStopping = true;
        handleStop();
      });
    } catch (error) {
      if (!client.isOpen) throw error;
      log.debug({ error }, "Restarts cannot be foreseen with this token.");
    }
  }

  /** Somebody asked for a restart. It may still be refused: nothing is told until the line closes. */
  expect(): void {
    this.#askedAt = this.#clock.monotonic();
  }

  forget(): void {
    this.#askedAt = undefined;
  }

  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** Whether the line, when it closes now, closes because Home Assistant goes down. */
  get isGoingDown(): boolean {
    const isRecent = this.#askedAt !== undefined && this.#clock.monotonic() - this.#askedAt < RESTART_MILLISECONDS;
    return this.#isStopping || isRecent;
  }
}

function isShutdown(event: unknown): boolean {
  const { variables } = (event ?? {}) as { variables?: { trigger?: { platform?: unknown } } };
  return variables?.trigger?.platform === "homeassistant";
}
