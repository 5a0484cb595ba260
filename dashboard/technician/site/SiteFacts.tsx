import { type Gateway, type Site, StandingScope } from "@caretaker/protocol";
import {
  mdiClockOutline,
  mdiHandshakeOutline,
  mdiMoonWaningCrescent,
  mdiRouterWireless,
  mdiShapeOutline,
} from "@mdi/js";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { SiteContent } from "../../live/contents.ts";
import { useRow, useRows } from "../../live/hooks.tsx";
import { useNow } from "../../ui/clock.ts";
import { Icon } from "../../ui/Icon.tsx";
import { GATEWAY_LOOKS } from "../../ui/looks.ts";
import { Mark } from "../../ui/Status.tsx";
import { words } from "../../words/en.ts";
import { SCOPE_WORDS } from "../../words/states.ts";
import { timeOfDay } from "../../words/time.ts";
import { isQuiet } from "./quiet-hours.ts";
import { stands } from "./standing-end.ts";

const FEW_GATEWAYS = 2;

/** What to know before touching anything: the time there, what is allowed, and whether we can reach it. */
export function SiteFacts({ site, content }: { site: Site; content: SiteContent }) {
  const now = useNow();
  const gateways = useRows(content.gateways);
  const row = useRow(content.row, site.id);
  const shownGateways = gateways.length > 0 ? gateways : site.gateways;
  const quiet = isQuiet(timeOfDay(now, site.timeZone), site.quietHours);
  const allowed = StandingScope.options.filter((scope) =>
    site.scopes.some((given) => given.scope === scope && stands(given, now)),
  );
  return (
    <dl className="site-facts">
      <Fact icon={quiet ? mdiMoonWaningCrescent : mdiClockOutline} name={words.site.time}>
        <b className="num">{timeOfDay(now, site.timeZone)}</b>
        <span className={quiet ? "fact-note is-quiet" : "fact-note"}>{quietWords(site, quiet)}</span>
      </Fact>
      <Fact icon={mdiHandshakeOutline} name={words.site.allowed}>
        <Link to="/sites/$siteId/consent" params={{ siteId: site.id }} className="fact-link">
          {allowed.length === 0 ? words.site.nothingAllowed : allowed.map((scope) => SCOPE_WORDS[scope]).join(" · ")}
        </Link>
        <span className="fact-note">{allowed.length === 0 ? words.site.askEachTime : words.site.restAsked}</span>
      </Fact>
      <Fact icon={mdiRouterWireless} name={words.site.gateway}>
        {shownGateways.length === 0 ? (
          <Link to="/sites/$siteId/gateways/new" params={{ siteId: site.id }} className="fact-link">
            {words.site.connectOne}
          </Link>
        ) : (
          <GatewaysOfSite gateways={shownGateways} />
        )}
      </Fact>
      <Fact icon={mdiShapeOutline} name={words.site.answering}>
        {row && row.entities > 0 ? (
          <>
            <b className="num">{row.entities - row.unavailable}</b>
            <span className="fact-note">{words.site.ofEntities(row.entities)}</span>
          </>
        ) : (
          <span className="fact-note">{words.common.unknown}</span>
        )}
      </Fact>
    </dl>
  );
}

/** Each by itself, or where there are more than can be read at a glance how many are well, and which are not. */
function GatewaysOfSite({ gateways }: { gateways: readonly Gateway[] }) {
  const isMany = gateways.length > FEW_GATEWAYS;
  const away = gateways.filter(({ state }) => state !== "online");
  const listed = isMany ? away.slice(0, FEW_GATEWAYS) : gateways;
  return (
    <>
      {isMany ? (
        <span className="fact-gateways">
          <b className="num">{gateways.length - away.length}</b>
          <span className="fact-note">{words.site.ofGateways(gateways.length)}</span>
        </span>
      ) : null}
      {listed.map((gateway) => (
        <span key={gateway.id} className="fact-gateway" data-named={gateways.length > 1 || undefined}>
          <Mark look={GATEWAY_LOOKS[gateway.state]} />
          <span className="fact-note">
            {[gateways.length > 1 ? gateway.name : gateway.connectorName, gateway.version].filter(Boolean).join(" ")}
          </span>
        </span>
      ))}
    </>
  );
}

function quietWords({ quietHours: { from, to } }: Site, isNow: boolean): string {
  if (from === to) return words.site.neverQuiet;
  return isNow ? words.site.quietNow(to) : words.site.quietFrom(from);
}

function Fact({ icon, name, children }: { icon: string; name: string; children: ReactNode }) {
  return (
    <div className="fact">
      <dt>
        <Icon path={icon} size={16} />
        {name}
      </dt>
      <dd>{children}</dd>
    </div>
  );
}
