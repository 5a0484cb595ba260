import { mdiDotsHorizontal } from "@mdi/js";
import { useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useLine, useMirror } from "../live/hooks.tsx";
import { arrive } from "../ui/arrival.ts";
import { Icon } from "../ui/Icon.tsx";
import { LiveBadge } from "../ui/LiveBadge.tsx";
import { words } from "../words/en.ts";
import { AccountMenu } from "./AccountMenu.tsx";
import { FreshFactor } from "./FreshFactor.tsx";
import { DESTINATIONS, type Destination } from "./navigation.ts";
import { Shortcuts } from "./Shortcuts.tsx";
import { meQuery, refusalOf, useMe } from "./session.ts";

/** Everything around a page: where one can go, who one is, and whether what is shown is live. */
export function Shell() {
  const me = useMe();
  useLineOfThisPerson();
  const destinations = DESTINATIONS.filter((destination) => refusalOf(me, destination.needs) === null);
  return (
    <div className="shell">
      <a className="skip" href="#content">
        {words.shell.skip}
      </a>
      {me.firm.isDemo ? (
        <section className="ribbon" aria-label={words.shell.demo}>
          <b>{words.shell.demo}</b>
          <span>{words.shell.demoText}</span>
        </section>
      ) : null}
      <aside className="side">
        <div className="side-stay">
          <Link to="/" className="brand">
            <img src="/icon.svg" alt="" width={26} height={26} />
            <span className="brand-name">{me.firm.name}</span>
          </Link>
          <nav className="side-nav" aria-label={words.shell.navigation}>
            {destinations.map((destination) => (
              <NavLink key={destination.to} destination={destination} />
            ))}
          </nav>
          <div className="side-foot">
            <LiveBadge />
            <AccountMenu me={me} />
          </div>
        </div>
      </aside>
      <Content />
      <nav className="bottom-bar" aria-label={words.shell.navigation}>
        {destinations
          .filter((destination) => destination.isMain)
          .map((destination) => (
            <NavLink key={destination.to} destination={destination} />
          ))}
        <Link to="/more" className="nav-link">
          <Icon path={mdiDotsHorizontal} size={22} />
          <span>{words.shell.more}</span>
        </Link>
      </nav>
      <Shortcuts />
      <FreshFactor me={me} />
    </div>
  );
}

/** The live line is open for as long as somebody is signed in; when the hub ends it, the hub is asked who is here. */
function useLineOfThisPerson(): void {
  const mirror = useMirror();
  const queries = useQueryClient();
  const { line } = useLine();
  useEffect(() => mirror.open(), [mirror]);
  useEffect(() => {
    if (line === "closed") void queries.invalidateQueries({ queryKey: meQuery.queryKey });
  }, [line, queries]);
}

function NavLink({ destination }: { destination: Destination }) {
  return (
    <Link to={destination.to} className="nav-link" activeOptions={{ exact: destination.to === "/" }}>
      <Icon path={destination.icon} size={20} />
      <span>{destination.word}</span>
    </Link>
  );
}

/** The page. After going somewhere the focus starts at its title, so that a screen reader begins there. */
function Content() {
  const path = useRouterState({ select: (state) => state.resolvedLocation?.pathname ?? state.location.pathname });
  const { line } = useLine();
  const content = useRef<HTMLElement>(null);
  const last = useRef(path);
  useEffect(() => {
    if (last.current === path) return;
    last.current = path;
    if (!content.current?.contains(document.activeElement)) arrive(content.current);
  }, [path]);
  return (
    <main className="content" id="content" ref={content} tabIndex={-1}>
      {line === "reconnecting" ? (
        <p className="line-notice" role="status">
          {words.live.hubDown}
        </p>
      ) : null}
      <Outlet />
    </main>
  );
}
