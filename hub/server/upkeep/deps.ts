import type { RunsDeps } from "../runs/deps.ts";
import type { StateStore } from "../state/store.ts";

export type UpkeepDeps = RunsDeps & {
  readonly store: Pick<StateStore, "gateways">;
};
