import { fork } from "node:child_process";
import { join } from "node:path";
import type { BridgeMode } from "@caretaker/kit/real-home-assistant/index.ts";
import type { HomeNetwork } from "./network.ts";

export interface ShownGateway {
  /** As a technician would type it who stands in the home. */
  readonly config: Record<string, string>;
  readonly ports: readonly number[];
}

/** The gateways of a home that nobody reaches from here; what happens in it is asked of its process. */
export interface HomeInNetwork {
  readonly gateways: Readonly<Record<"homeAssistant" | "control4" | "crestron", ShownGateway>>;
  setHallBridge(mode: BridgeMode): Promise<void>;
  /** Somebody who lives there does something. */
  callService(domain: string, service: string, data: object): Promise<void>;
  stateOf(entity: string): Promise<string>;
  /** How many things were done to the Control4 and the Crestron part of it. */
  acts(): Promise<number>;
  close(): Promise<void>;
}

type Answer = { readonly id: number } & ({ readonly value: unknown } | { readonly error: string });

/** Starts it in there, and waits until all of its gateways answer. */
export async function startHome(network: HomeNetwork): Promise<HomeInNetwork> {
  const child = fork(join(import.meta.dirname, "home-process.ts"), [], {
    execPath: network.starter("home", process.execPath),
    execArgv: [],
  });
  const open = new Map<number, { done: (value: never) => void; fail: (error: Error) => void }>();
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  void ended.then(() => {
    for (const { fail } of open.values()) fail(new Error("the home's process ended"));
  });
  child.on("message", (answer: Answer) => {
    const asked = open.get(answer.id);
    open.delete(answer.id);
    if ("error" in answer) asked?.fail(new Error(answer.error));
    else asked?.done(answer.value as never);
  });
  const answerTo = <T>(id: number): Promise<T> => new Promise<T>((done, fail) => open.set(id, { done, fail }));
  let last = 0;
  const ask = <T>(name: string, word?: unknown): Promise<T> => {
    last += 1;
    const answer = answerTo<T>(last);
    child.send({ id: last, name, word });
    return answer;
  };
  await answerTo(0);
  return {
    gateways: await ask("gateways"),
    setHallBridge: (mode) => ask("setHallBridge", mode),
    callService: (...words) => ask("callService", words),
    stateOf: (entity) => ask("stateOf", entity),
    acts: () => ask("acts"),
    async close() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
