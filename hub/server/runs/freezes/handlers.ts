import { toApproval } from "../../approvals/handlers.ts";
import type { Handlers } from "../../http/handler.ts";
import { askToLift, type FreezesDeps, listFreezes, setFreeze } from "./freezes.ts";

/** Freezing is quick and for whoever fixes; lifting takes a second person. */
export function freezeHandlers(deps: FreezesDeps): Pick<Handlers, "freeze.list" | "freeze.set" | "freeze.lift"> {
  return {
    "freeze.list": async () => ({ items: await listFreezes(deps) }),
    "freeze.set": (request, { actor }) => setFreeze(deps, { ...request, actor }),
    "freeze.lift": async (request, { actor, now }) => toApproval(await askToLift(deps, { ...request, actor }), now),
  };
}
