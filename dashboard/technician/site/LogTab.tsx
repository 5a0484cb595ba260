import { CAPABILITIES, type SiteId } from "@caretaker/protocol";
import { mdiTextBoxOutline } from "@mdi/js";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useOperation } from "../../live/queries.ts";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Since } from "../../ui/Since.tsx";
import { words } from "../../words/en.ts";
import { LedgerRows } from "../ledger/LedgerRows.tsx";
import { LogEntries } from "../runs/LogEntries.tsx";
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
        <LogEntries entries={log.data.entries} />
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
