import type { Handlers } from "../../http/handler.ts";
import { startRollout } from "./begin.ts";
import { previewRollout } from "./candidates.ts";
import type { RolloutsDeps } from "./deps.ts";
import { beginWave, stopRollout } from "./next.ts";
import { listRollouts, readRollout } from "./rows.ts";

type Names = "rollout.preview" | "rollout.start" | "rollout.list" | "rollout.get" | "rollout.wave" | "rollout.stop";

export function rolloutHandlers(deps: RolloutsDeps): Pick<Handlers, Names> {
  return {
    "rollout.preview": (request) => previewRollout(deps, request),
    "rollout.start": (request, { actor }) => startRollout(deps, { ...request, actor }),
    "rollout.list": async () => ({ items: await listRollouts(deps.db) }),
    "rollout.get": ({ rolloutId }) => readRollout(deps, rolloutId),
    "rollout.wave": (request, { actor }) => beginWave(deps, { ...request, actor }),
    "rollout.stop": (request, { actor }) => stopRollout(deps, { ...request, actor }),
  };
}
