import type { SiteId } from "@caretaker/protocol";
import { Link } from "@tanstack/react-router";
import { Panel } from "../../ui/Panel.tsx";
import { Since } from "../../ui/Since.tsx";
import { words } from "../../words/en.ts";
import { CheckLines } from "../runs/CheckLines.tsx";
import { useLatestCheck } from "./use-latest-check.ts";

/** What the last health check saw, line by line. */
export function LatestCheck({ siteId }: { siteId: SiteId }) {
  const check = useLatestCheck(siteId);
  if (check === null) return null;
  return (
    <Panel
      title={words.site.latestCheck}
      isFlush
      aside={
        <>
          <Since moment={check.run.finishedAt} isAgo />
          <Link to="/runs/$runId" params={{ runId: check.run.id }}>
            {words.runs.number(check.run.number)}
          </Link>
        </>
      }
    >
      <CheckLines reads={check.reads} />
    </Panel>
  );
}
