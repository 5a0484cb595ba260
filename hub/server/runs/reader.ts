import {
  isCaretakerError,
  type RunDetails,
  type RunEvent,
  type RunId,
  type RunSummary,
  type SiteId,
} from "@caretaker/protocol";
import type { RunsDeps } from "./deps.ts";
import { getRun, runEvents } from "./details.ts";
import { toSummary } from "./summary.ts";

/** What watchers are shown of runs before they hear of changes. */
export interface RunsReader {
  active(): Promise<RunSummary[]>;
  ofSite(siteId: SiteId): Promise<RunSummary[]>;
  details(runId: RunId): Promise<RunDetails | undefined>;
  eventsSince(runId: RunId, number: number): Promise<RunEvent[]>;
}

const NEWEST_ENDED = 20;
const AT_ONCE = 1000;

export function createRunsReader(deps: RunsDeps): RunsReader {
  const rows = () =>
    deps.db
      .selectFrom("run")
      .innerJoin("site", "site.id", "run.siteId")
      .selectAll("run")
      .select("site.name as siteName")
      .orderBy("run.number", "desc");
  return {
    active: async () =>
      (await rows().where("run.finishedAt", "is", null).execute()).map((row) => toSummary(row, row.siteName)),

    async ofSite(siteId) {
      const here = rows().where("run.siteId", "=", siteId);
      const [open, ended] = await Promise.all([
        here.where("run.finishedAt", "is", null).execute(),
        here.where("run.finishedAt", "is not", null).limit(NEWEST_ENDED).execute(),
      ]);
      return [...open, ...ended].map((row) => toSummary(row, row.siteName));
    },

    async details(runId) {
      try {
        return await getRun(deps, runId);
      } catch (error) {
        if (isCaretakerError(error, "not_found")) return undefined;
        throw error;
      }
    },

    async eventsSince(runId, number) {
      const all: RunEvent[] = [];
      for (let since = number; ; ) {
        const { items } = await runEvents(deps, { runId, since, limit: AT_ONCE });
        all.push(...items);
        const last = items.at(-1);
        if (last === undefined || items.length < AT_ONCE) return all;
        since = last.number;
      }
    },
  };
}
