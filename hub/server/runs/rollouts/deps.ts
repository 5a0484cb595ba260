import type { ApprovalsDeps } from "../../approvals/types.ts";
import type { RunsDeps } from "../deps.ts";
import type { Runs } from "../runs.ts";

export type RolloutsDeps = RunsDeps &
  Pick<ApprovalsDeps, "queueMessage"> & {
    readonly runs: Pick<Runs, "stopRequested">;
  };
