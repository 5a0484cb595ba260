import "./site.css";
import { isCaretakerError, type SiteId } from "@caretaker/protocol";
import { Button } from "@mantine/core";
import {
  mdiAccountKeyOutline,
  mdiDevices,
  mdiHandBackLeft,
  mdiHistory,
  mdiHomeOutline,
  mdiHomeSearchOutline,
  mdiPlayOutline,
  mdiPuzzleOutline,
  mdiRouterWireless,
  mdiStethoscope,
  mdiTextBoxOutline,
} from "@mdi/js";
import { getRouteApi, Link, Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useRow, useSite } from "../../live/hooks.tsx";
import { useOperation } from "../../live/queries.ts";
import { BackLink } from "../../ui/BackLink.tsx";
import { CallLink } from "../../ui/CallLink.tsx";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { Page } from "../../ui/Page.tsx";
import { RoomNotice } from "../../ui/RoomNotice.tsx";
import { Skeletons } from "../../ui/Skeletons.tsx";
import { Status } from "../../ui/Status.tsx";
import { words } from "../../words/en.ts";
import { dayAndTime } from "../../words/time.ts";
import { SimulatedTag } from "../fleet/cells.tsx";
import { SiteFreezes } from "../freezes/FreezeBanner.tsx";
import { useMay } from "../session.ts";
import { EndOfConsent } from "./EndOfConsent.tsx";
import { SiteFacts } from "./SiteFacts.tsx";

const route = getRouteApi("/inside/sites/$siteId");

const TABS = [
  { to: "/sites/$siteId", word: words.site.tabs.overview, icon: mdiHomeOutline },
  { to: "/sites/$siteId/devices", word: words.site.tabs.devices, icon: mdiDevices },
  { to: "/sites/$siteId/integrations", word: words.site.tabs.integrations, icon: mdiPuzzleOutline },
  { to: "/sites/$siteId/findings", word: words.site.tabs.findings, icon: mdiStethoscope },
  { to: "/sites/$siteId/runs", word: words.site.tabs.runs, icon: mdiHistory },
  { to: "/sites/$siteId/log", word: words.site.tabs.log, icon: mdiTextBoxOutline },
  { to: "/sites/$siteId/consent", word: words.site.tabs.consent, icon: mdiAccountKeyOutline },
  { to: "/sites/$siteId/gateways", word: words.site.tabs.gateways, icon: mdiRouterWireless },
] as const;

/** What is wrong here, and may I touch it? */
export function SitePage() {
  const { siteId } = route.useParams();
  const site = useOperation("site.get", { siteId });
  const { content, state } = useSite(siteId);
  const row = useRow(content.row, siteId);
  const above = <BackLink to="/" word={words.shell.sites} />;
  const tabs = useChosenInSight();
  if (site.isError) {
    return (
      <Page title={words.site.notHere} above={above}>
        {isCaretakerError(site.error, "not_found") || isCaretakerError(site.error, "invalid_input") ? (
          <EmptyState icon={mdiHomeSearchOutline} title={words.site.notHereWhy} text={words.site.notHereText}>
            <Button renderRoot={(props) => <Link to="/" {...props} />}>{words.shell.sites}</Button>
          </EmptyState>
        ) : (
          <ErrorMessage error={site.error} onRetry={() => void site.refetch()} />
        )}
      </Page>
    );
  }
  if (!site.data) {
    return (
      <Page title={words.common.loading} above={above}>
        <Skeletons rows={4} height={80} />
      </Page>
    );
  }
  const phone = site.data.clientPhone;
  return (
    <Page
      title={site.data.name}
      above={above}
      aside={
        <>
          <Link to="/clients/$clientId" params={{ clientId: site.data.clientId }} className="fact-link">
            {site.data.clientName}
          </Link>
          {site.data.town ? ` · ${site.data.town}` : null}
          {site.data.isSimulated ? <SimulatedTag /> : null}
        </>
      }
      actions={
        <>
          {phone === null ? null : <CallLink phone={phone} who={site.data.clientName} />}
          <StartButton siteId={siteId} />
        </>
      }
    >
      <div className="site-status" data-stale={state.is === "stale" || undefined}>
        {row ? (
          <Status health={row.health} reason={row.reason} since={row.since} timeZone={site.data.timeZone} size="lg" />
        ) : null}
      </div>
      {row?.stoppedAt == null ? null : (
        <Notice tone="bad" icon={mdiHandBackLeft} title={words.agent.stopped}>
          {words.agent.stoppedText(dayAndTime(row.stoppedAt), null)}
        </Notice>
      )}
      <RoomNotice state={state} />
      <EndOfConsent site={site.data} />
      <SiteFreezes site={site.data} />
      <SiteFacts site={site.data} content={content} />
      <nav className="tabs" aria-label={words.site.parts} ref={tabs}>
        {TABS.map((tab) => (
          <Link
            key={tab.to}
            to={tab.to}
            params={{ siteId }}
            className="tab"
            activeOptions={{ exact: true, includeSearch: false }}
          >
            <Icon path={tab.icon} size={17} />
            {tab.word}
          </Link>
        ))}
      </nav>
      <Outlet />
    </Page>
  );
}

/** On a phone the tabs are wider than the screen: the chosen one is scrolled to, and only within them. */
function useChosenInSight() {
  const path = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  const [tabs, setTabs] = useState<HTMLElement | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: which one is chosen follows from where one is
  useEffect(() => {
    const chosen = tabs?.querySelector<HTMLElement>('a[aria-current="page"]');
    if (!tabs || !chosen) return;
    tabs.scrollLeft = chosen.offsetLeft - (tabs.clientWidth - chosen.offsetWidth) / 2;
  }, [tabs, path]);
  return setTabs;
}

function StartButton({ siteId }: { siteId: SiteId }) {
  if (!useMay("run.start")) return null;
  return (
    <Button
      renderRoot={(props) => <Link to="/sites/$siteId/start" params={{ siteId }} {...props} />}
      leftSection={<Icon path={mdiPlayOutline} size={20} />}
    >
      {words.site.start}
    </Button>
  );
}
