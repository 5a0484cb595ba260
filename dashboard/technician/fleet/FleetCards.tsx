import type { SiteRow } from "@caretaker/protocol";
import { mdiPhone } from "@mdi/js";
import { Link } from "@tanstack/react-router";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { memo, useLayoutEffect, useRef, useState } from "react";
import { Icon } from "../../ui/Icon.tsx";
import { Status } from "../../ui/Status.tsx";
import { telephone } from "../../ui/telephone.ts";
import { words } from "../../words/en.ts";
import { RunBadges, SimulatedTag, StoppedTag, Unavailable } from "./cells.tsx";

/** The same on a phone: one card each, with the call one thumb away. */
export function FleetCards({ rows }: { rows: readonly SiteRow[] }) {
  const list = useRef<HTMLUListElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => setTop(list.current?.offsetTop ?? 0), []);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => 112,
    overscan: 6,
    scrollMargin: top,
    getItemKey: (at) => rows[at]?.id ?? at,
  });
  return (
    <ul ref={list} className="site-cards" style={{ height: virtual.getTotalSize() }}>
      {virtual.getVirtualItems().map((item) => {
        const row = rows[item.index];
        return row ? (
          <li
            key={item.key}
            ref={virtual.measureElement}
            data-index={item.index}
            className="site-card-place"
            style={{ transform: `translateY(${item.start - top}px)` }}
          >
            <SiteCard row={row} />
          </li>
        ) : null;
      })}
    </ul>
  );
}

const SiteCard = memo(function SiteCard({ row }: { row: SiteRow }) {
  return (
    <article className="site-card" data-health={row.health}>
      <div className="site-card-main">
        <h2 className="site-card-name">
          <Link to="/sites/$siteId" params={{ siteId: row.id }} className="row-link">
            {row.name}
          </Link>
        </h2>
        <p className="cell-second">
          {[row.clientName, row.town].filter(Boolean).join(" · ")}
          {row.isSimulated ? <SimulatedTag /> : null}
          <StoppedTag row={row} />
        </p>
        <Status health={row.health} reason={row.reason} since={row.since} timeZone={row.timeZone} />
        <div className="site-card-tags">
          {row.unavailable > 0 ? (
            <span className="card-count">
              <Unavailable row={row} /> {words.fleet.columns.unavailable.toLowerCase()}
            </span>
          ) : null}
          <RunBadges row={row} />
        </div>
      </div>
      {row.phone === null ? null : (
        <a className="call-button" href={telephone(row.phone)} aria-label={words.fleet.call(row.clientName)}>
          <Icon path={mdiPhone} size={22} />
        </a>
      )}
    </article>
  );
});
