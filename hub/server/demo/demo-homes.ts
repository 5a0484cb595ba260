import type { Actor, SessionId } from "@caretaker/protocol";
import type { Database } from "../db/database.ts";
import { demoPerson } from "../people/setup.ts";
import { type Demo, startDemo } from "./demo.ts";

/** The simulated homes of a demo: there from the start, or from the moment that a new hub is made one. */
export class DemoHomes {
  isDemo: boolean;
  readonly #open: () => Promise<Demo | null>;
  #homes: Demo | null = null;

  constructor(isDemo: boolean, open: () => Promise<Demo | null>) {
    this.isDemo = isDemo;
    this.#open = open;
  }

  async start(): Promise<void> {
    if (this.isDemo) this.#homes = await this.#open();
  }

  async become(isDemo: boolean): Promise<void> {
    this.isDemo = isDemo;
    await this.start();
  }

  async close(): Promise<void> {
    await this.#homes?.close();
  }
}

export async function openDemo(db: Database, deps: Parameters<typeof startDemo>[0]): Promise<Demo | null> {
  const person = await demoPerson(db);
  if (person === null) return null;
  const actor: Actor = {
    kind: "person",
    ...person,
    role: "principal",
    sessionId: "demo" as SessionId,
    factorAt: null,
  };
  return startDemo(deps, actor);
}
