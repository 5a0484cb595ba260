import { CAPABILITIES, type SiteId } from "@caretaker/protocol";
import { mdiTextBoxOutline } from "@mdi/js";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useOperation } from "../../live/queries.ts";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Since } from "../../ui/Since.tsx";
import { words } from "../../words/en.ts";
import { LedgerRows } from "../ledger/LedgerRows.tsx";
import { useMay } from "../session.ts";
import { useLatestCheck } from "./use-latest-check.ts";

const route = getRouteApi("/inside/sites/$siteId/log");

/** What the gateway noted, and what we did. */
export function LogTab() {
  const { siteId } = route.useParams();
  return (
    <div className="stack">
      <GatewayLog siteId={siteId} />
      <OurLog siteId={siteId} />
    </div>
  );
}

function GatewayLog({ siteId }: { siteId: SiteId }) {
  const check = useLatestCheck(siteId);
  const read = check?.reads.find((each) => each.capability === "log.errors");
  const log = CAPABILITIES["log.errors"].output.safeParse(read?.output);
  return (
    <Panel
      title={words.log.gateway}
      text={words.log.gatewayText}
      isFlush
      aside={check ? <Since moment={check.run.finishedAt} isAgo /> : undefined}
    >
      {!log.success ? (
        <EmptyState icon={mdiTextBoxOutline} title={words.log.notRead} text={words.log.notReadText} />
      ) : log.data.entries.length === 0 ? (
        <p className="panel-empty">{words.log.clean}</p>
      ) : (
        <ul className="log-list">
          {log.data.entries.map((entry) => (
            <li key={`${entry.source} ${entry.message}`} className="log-entry" data-level={entry.level.toLowerCase()}>
              <span className="log-level">{entry.level.toLowerCase()}</span>
              <span className="log-message">
                {entry.message}
                <code className="log-source">{entry.source}</code>
              </span>
              <span className="log-count num">{entry.count > 1 ? words.log.times(entry.count) : ""}</span>
              <Since moment={entry.lastAt} isAgo />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function OurLog({ siteId }: { siteId: SiteId }) {
  const may = useMay("ledger.list");
  const ledger = useOperation("ledger.list", { siteId, limit: 30 }, { enabled: may });
  if (!may || !ledger.data) return null;
  return (
    <Panel
      title={words.log.ours}
      isFlush
      aside={
        <Link to="/ledger" search={{ site: siteId }}>
          {words.log.wholeLedger}
        </Link>
      }
    >
      <LedgerRows entries={ledger.data.items} />
    </Panel>
  );
}
