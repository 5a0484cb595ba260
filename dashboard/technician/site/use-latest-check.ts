import type { RunEventData, RunSummary, SiteId } from "@caretaker/protocol";
import { useOperation } from "../../live/queries.ts";

export type StepRead = Extract<RunEventData, { kind: "step.read" }>;

export interface LatestCheck {
  readonly run: RunSummary;
  /** The last read of each step, in order. */
  readonly reads: readonly StepRead[];
}

/** The newest finished health check of a site with what it read; null when there is none or it is on its way. */
export function useLatestCheck(siteId: SiteId): LatestCheck | null {
  const runs = useOperation("run.list", { siteId, status: "finished", limit: 50 });
  const run = runs.data?.items.find(
    (each) => each.runbook.endsWith("/health-check") && (each.outcome === "healthy" || each.outcome === "found"),
  );
  const events = useOperation("run.events", { runId: run?.id ?? "" }, { enabled: run !== undefined });
  if (!run || !events.data) return null;
  const reads = new Map<string, StepRead>();
  for (const { data } of events.data.items) if (data.kind === "step.read") reads.set(data.step, data);
  return { run, reads: [...reads.values()] };
}
