import type { RunSummary, SiteId } from "@caretaker/protocol";
import { useOperation } from "../../live/queries.ts";
import { lastReads, type StepRead } from "../runs/timeline.ts";

export interface LatestCheck {
  readonly run: RunSummary;
  readonly reads: readonly StepRead[];
}

/** `home-assistant/health-check`, `gateway-health`, `crestron/processor-health`. */
const HEALTH_CHECK = /health(-check)?$/;

/** The newest finished health check of a site with what it read; null when there is none or it is on its way. */
export function useLatestCheck(siteId: SiteId): LatestCheck | null {
  const runs = useOperation("run.list", { siteId, status: "finished", limit: 50 });
  const run = runs.data?.items.find(
    (each) => HEALTH_CHECK.test(each.runbook) && (each.outcome === "healthy" || each.outcome === "found"),
  );
  const events = useOperation("run.events", { runId: run?.id ?? "" }, { enabled: run !== undefined });
  return run && events.data ? { run, reads: lastReads(events.data.items) } : null;
}
