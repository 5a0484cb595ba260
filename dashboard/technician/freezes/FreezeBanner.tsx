import "./freezes.css";
import type { Freeze, RunDetails, Site } from "@caretaker/protocol";
import { Link } from "@tanstack/react-router";
import { useOperation } from "../../live/queries.ts";
import { FREEZE_LOOK } from "../../ui/looks.ts";
import { Notice } from "../../ui/Notice.tsx";
import { Since } from "../../ui/Since.tsx";
import { words } from "../../words/en.ts";
import { FREEZE_KIND_WORDS } from "../../words/states.ts";
import { freezesOfRun, freezesOfSite } from "./concerns.ts";

const MOST = 3;

/** A freeze is set to stop what happens now, so a page that is open learns of it without being loaded again. */
export function useFreezes() {
  return useOperation("freeze.list", {}, { refetchInterval: 5000 });
}

/** Every freeze of the firm: each stops something in the fleet. */
export function FleetFreezes() {
  return <FreezeBanner freezes={useFreezes().data?.items ?? []} />;
}

export function SiteFreezes({ site }: { site: Site }) {
  const { data } = useFreezes();
  const connectors = site.gateways.map(({ connector }) => connector);
  return <FreezeBanner freezes={freezesOfSite(data?.items ?? [], { siteId: site.id, connectors })} />;
}

export function RunFreezes({ run }: { run: RunDetails }) {
  const { data } = useFreezes();
  const isAny = data !== undefined && data.items.length > 0;
  const gateways = useOperation("gateway.list", { siteId: run.siteId }, { enabled: isAny });
  const connector = gateways.data?.items.find(({ id }) => id === run.gatewayId)?.connector ?? null;
  return <FreezeBanner freezes={freezesOfRun(data?.items ?? [], { ...run, connector })} />;
}

/** What is frozen here, since when, by whom and why. */
function FreezeBanner({ freezes }: { freezes: readonly Freeze[] }) {
  if (freezes.length === 0) return null;
  return (
    <section className="freeze-banner" aria-label={words.freeze.banner}>
      <Notice tone={FREEZE_LOOK.tone} icon={FREEZE_LOOK.icon} title={words.freeze.banner}>
        <ul className="freeze-banner-list">
          {freezes.slice(0, MOST).map((freeze) => (
            <li key={`${freeze.kind} ${freeze.subject}`}>
              <b>{freezeName(freeze)}</b>: {freeze.reason} <FrozenBy freeze={freeze} />
            </li>
          ))}
        </ul>
        <Link to="/freeze">
          {freezes.length > MOST ? words.freeze.seeMore(freezes.length - MOST) : words.freeze.see}
        </Link>
      </Notice>
    </section>
  );
}

export function FrozenBy({ freeze }: { freeze: Freeze }) {
  return (
    <span className="freeze-by">
      {freeze.frozenBy} · <Since moment={freeze.frozenAt} isAgo />
    </span>
  );
}

/** What is frozen, in words: the firm has no name beside its kind. */
export function freezeName({ kind, name }: Pick<Freeze, "kind" | "name">): string {
  return kind === "firm" ? FREEZE_KIND_WORDS.firm : `${FREEZE_KIND_WORDS[kind]} ${name}`;
}
