import type { Finding, Integration, RunbookSummary, SiteId } from "@caretaker/protocol";
import { mdiAlertCircle, mdiAlertOutline, mdiCheckCircle, mdiMinusCircleOutline, mdiPuzzleOutline } from "@mdi/js";
import { getRouteApi } from "@tanstack/react-router";
import type { SiteContent } from "../../live/contents.ts";
import { useRows, useSite } from "../../live/hooks.tsx";
import { useOperation } from "../../live/queries.ts";
import { EmptyState } from "../../ui/EmptyState.tsx";
import type { Look } from "../../ui/looks.ts";
import { Panel } from "../../ui/Panel.tsx";
import { Skeletons } from "../../ui/Skeletons.tsx";
import { Mark } from "../../ui/Status.tsx";
import { words } from "../../words/en.ts";
import { useMay } from "../session.ts";
import { FixButtons } from "./ProblemCard.tsx";
import { isIll, suggestionsFor } from "./problems.ts";
import { useFindings } from "./use-findings.ts";

const route = getRouteApi("/inside/sites/$siteId/integrations");

/** The running parts of the gateways, the ill ones first, each with what may mend it. */
export function IntegrationsTab() {
  const { siteId } = route.useParams();
  const { content, state } = useSite(siteId);
  const integrations = useRows(content.integrations);
  const runbooks = useOperation("runbook.list", { siteId });
  const findings = useFindings(siteId);
  if (state.is === "loading") return <Skeletons rows={5} height={48} />;
  if (integrations.length === 0) {
    return <EmptyState icon={mdiPuzzleOutline} title={words.integrations.empty} text={words.integrations.emptyText} />;
  }
  const sorted = [...integrations].sort(
    (a, b) =>
      Number(a.disabled) - Number(b.disabled) || Number(isIll(b)) - Number(isIll(a)) || a.name.localeCompare(b.name),
  );
  return (
    <Panel title={words.integrations.title} isFlush>
      <ul className="integration-list">
        {sorted.map((integration) => (
          <IntegrationLine
            key={integration.id}
            siteId={siteId}
            content={content}
            integration={integration}
            runbooks={runbooks.data?.items ?? []}
            findings={findings}
          />
        ))}
      </ul>
    </Panel>
  );
}

function lookOf(integration: Integration): Look {
  if (integration.disabled) return { icon: mdiMinusCircleOutline, tone: "quiet", word: words.integrations.disabled };
  if (integration.needsSignIn) return { icon: mdiAlertCircle, tone: "warn", word: words.integrations.signIn };
  if (integration.state !== "loaded")
    return { icon: mdiAlertCircle, tone: "bad", word: integration.state.replaceAll("_", " ") };
  if (isIll(integration)) return { icon: mdiAlertCircle, tone: "bad", word: words.integrations.silent };
  if (integration.unavailable > 0) return { icon: mdiAlertOutline, tone: "warn", word: words.integrations.partly };
  return { icon: mdiCheckCircle, tone: "good", word: words.integrations.runs };
}

interface IntegrationLineProps {
  readonly siteId: SiteId;
  readonly content: SiteContent;
  readonly integration: Integration;
  readonly runbooks: readonly RunbookSummary[];
  readonly findings: readonly Finding[];
}

function IntegrationLine({ siteId, content, integration, runbooks, findings }: IntegrationLineProps) {
  const devices = useRows(content.devices);
  const gateways = useRows(content.gateways);
  const mayStart = useMay("run.start");
  const own = devices.filter((device) => !device.gone && device.integrationIds.includes(integration.id));
  const suggestions =
    mayStart && !integration.disabled && (isIll(integration) || integration.unavailable > 0)
      ? suggestionsFor({ kind: "integration", integration, devices: own }, runbooks, gateways, findings)
      : [];
  return (
    <li className="integration">
      <div className="integration-main">
        <span className="integration-name">{integration.name}</span>
        <code className="dim">{integration.domain}</code>
        {integration.reason === null ? null : <p className="integration-why">{integration.reason}</p>}
      </div>
      <Mark look={lookOf(integration)} />
      <span className="integration-count">
        {integration.unavailable > 0
          ? words.integrations.silentOf(integration.unavailable, integration.entities)
          : words.integrations.entities(integration.entities)}
      </span>
      {suggestions.length > 0 ? (
        <div className="integration-fixes">
          <FixButtons siteId={siteId} suggestions={suggestions} />
        </div>
      ) : null}
    </li>
  );
}
