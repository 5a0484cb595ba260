import type { Cancel } from "@caretaker/protocol";
import type { Handlers } from "../http/handler.ts";
import type { UpkeepDeps } from "./deps.ts";
import { listFindings } from "./findings.ts";
import { fire } from "./fire.ts";
import { look } from "./look.ts";
import { changeRule, listRules, makeRule, removeRule } from "./rules.ts";

const LOOKS_EVERY_MILLISECONDS = 15_000;

export interface Upkeep {
  start(): void;
  close(): Promise<void>;
  /** Looks over all homes once, and begins what rules say; for tests, which move the clock themselves. */
  lookNow(): Promise<void>;
}

/** Looks over all homes now and then, keeps what is ill, and begins what somebody wished to be begun for it. */
export function createUpkeep(deps: UpkeepDeps): Upkeep {
  let cancel: Cancel = () => {};
  let working: Promise<void> = Promise.resolve();
  let isClosed = false;
  const lookNow = async (): Promise<void> => {
    await fire(deps, await look(deps));
  };
  const later = (): void => {
    cancel = deps.clock.after(LOOKS_EVERY_MILLISECONDS, () => {
      working = lookNow()
        .catch((error: unknown) =>
          deps.log.warn({ error }, "The homes could not be looked over for what is ill. It is tried again."),
        )
        .finally(() => isClosed || later());
    });
  };
  return {
    start: later,
    lookNow,
    async close() {
      isClosed = true;
      cancel();
      await working;
    },
  };
}

type Names = "finding.list" | "rule.list" | "rule.make" | "rule.update" | "rule.remove";

export function upkeepHandlers(deps: UpkeepDeps): Pick<Handlers, Names> {
  return {
    "finding.list": async (query) => ({ items: await listFindings(deps.db, query) }),
    "rule.list": async () => ({ items: await listRules(deps) }),
    "rule.make": (draft, { actor }) => makeRule(deps, draft, actor),
    "rule.update": (draft, { actor }) => changeRule(deps, draft, actor),
    "rule.remove": async ({ ruleId }, { actor }) => {
      await removeRule(deps, ruleId, actor);
      return {};
    },
  };
}
