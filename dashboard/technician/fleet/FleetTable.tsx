import type { SiteRow } from "@caretaker/protocol";
import { mdiArrowDown, mdiPhoneOutline } from "@mdi/js";
import { getRouteApi, Link } from "@tanstack/react-router";
import { type Range, useWindowVirtualizer } from "@tanstack/react-virtual";
import { memo, useLayoutEffect, useRef, useState } from "react";
import { Icon } from "../../ui/Icon.tsx";
import { Since } from "../../ui/Since.tsx";
import { Status } from "../../ui/Status.tsx";
import { telephone } from "../../ui/telephone.ts";
import { words } from "../../words/en.ts";
import { Makes, RunBadges, SimulatedTag, StoppedTag, Unavailable, useMakeNames } from "./cells.tsx";
import type { FleetSort } from "./fleet-search.ts";
import type { HeldOrder } from "./use-held-order.ts";

const route = getRouteApi("/inside/");
const ROW_HEIGHT = 58;

const COLUMNS: readonly { key: keyof typeof words.fleet.columns; sort?: FleetSort; className: string }[] = [
  { key: "status", sort: "worst", className: "col-status" },
  { key: "site", sort: "name", className: "col-site" },
  { key: "town", sort: "town", className: "col-town" },
  { key: "make", className: "col-make" },
  { key: "unavailable", sort: "unavailable", className: "col-unavailable" },
  { key: "runs", className: "col-runs" },
  { key: "seen", sort: "seen", className: "col-seen" },
  { key: "phone", className: "col-phone" },
];

/** A real table of which only the rows in sight exist, so that five hundred sites scroll as five do. */
export function FleetTable({ order, isStale }: { order: HeldOrder; isStale: boolean }) {
  const { rows } = order;
  const names = useMakeNames();
  const body = useRef<HTMLTableSectionElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => setTop(body.current?.offsetTop ?? 0), []);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
    rangeExtractor: inBlocks,
    scrollMargin: top,
    getItemKey: (at) => rows[at]?.id ?? at,
  });
  const items = virtual.getVirtualItems();
  const before = (items[0]?.start ?? top) - top;
  const after = virtual.getTotalSize() - ((items.at(-1)?.end ?? top) - top);
  return (
    <table
      className="fleet"
      aria-rowcount={rows.length + 1}
      data-stale={isStale || undefined}
      onPointerEnter={order.hold}
      onPointerLeave={order.release}
      onFocus={order.hold}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) order.release();
      }}
    >
      <thead>
        <tr>
          {COLUMNS.map((column) => (
            <HeadCell key={column.key} column={column} />
          ))}
        </tr>
      </thead>
      <tbody ref={body}>
        <Spacer height={before} />
        {items.map((item) => {
          const row = rows[item.index];
          return row ? <FleetRow key={row.id} row={row} index={item.index} names={names} /> : null;
        })}
        <Spacer height={after} />
      </tbody>
    </table>
  );
}

const BLOCK = 10;

/** Rows come and go ten at a time: between that, scrolling moves what is painted already. */
function inBlocks({ startIndex, endIndex, overscan, count }: Range): number[] {
  const first = Math.max(0, Math.floor((startIndex - overscan) / BLOCK) * BLOCK);
  const end = Math.min(count, Math.ceil((endIndex + overscan + 1) / BLOCK) * BLOCK);
  return Array.from({ length: end - first }, (_, at) => first + at);
}

function Spacer({ height }: { height: number }) {
  if (height <= 0) return null;
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: an empty row that only takes up room, and nothing in it takes focus
    <tr aria-hidden="true">
      <td colSpan={COLUMNS.length} style={{ height, padding: 0, border: 0 }} />
    </tr>
  );
}

function HeadCell({ column }: { column: (typeof COLUMNS)[number] }) {
  const { sort = "worst" } = route.useSearch();
  const navigate = route.useNavigate();
  const word = words.fleet.columns[column.key];
  const { sort: own } = column;
  if (own === undefined) {
    return (
      <th scope="col" className={column.className}>
        {word}
      </th>
    );
  }
  const isSorted = sort === own;
  return (
    <th scope="col" className={column.className} aria-sort={isSorted ? "descending" : "none"}>
      <button
        type="button"
        className="sort-button"
        onClick={() =>
          void navigate({ search: (old) => ({ ...old, sort: own === "worst" ? undefined : own }), replace: true })
        }
      >
        {word}
        {isSorted ? <Icon path={mdiArrowDown} size={14} /> : null}
      </button>
    </th>
  );
}

interface FleetRowProps {
  readonly row: SiteRow;
  readonly index: number;
  readonly names: ReadonlyMap<string, string>;
}

/** Drawn again only when the site itself changes, not with each step of scrolling. */
const FleetRow = memo(function FleetRow({ row, index, names }: FleetRowProps) {
  return (
    <tr className="fleet-row" aria-rowindex={index + 2} data-health={row.health}>
      <td className="col-status">
        <Status health={row.health} reason={row.reason} since={row.since} timeZone={row.timeZone} />
      </td>
      <td className="col-site">
        <Link to="/sites/$siteId" params={{ siteId: row.id }} className="row-link">
          {row.name}
        </Link>
        <span className="cell-second">
          {row.clientName}
          {row.isSimulated ? <SimulatedTag /> : null}
          <StoppedTag row={row} />
        </span>
      </td>
      <td className="col-town">{row.town}</td>
      <td className="col-make">
        <Makes connectors={row.connectors} names={names} areIcons />
      </td>
      <td className="col-unavailable">
        <Unavailable row={row} />
      </td>
      <td className="col-runs">
        <RunBadges row={row} />
      </td>
      <td className="col-seen">
        <Since moment={row.lastSeenAt} timeZone={row.timeZone} />
      </td>
      <td className="col-phone">
        {row.phone === null ? null : (
          <a
            className="tel"
            href={telephone(row.phone)}
            aria-label={`${words.fleet.call(row.clientName)}, ${row.phone}`}
          >
            <Icon path={mdiPhoneOutline} size={16} />
            {row.phone}
          </a>
        )}
      </td>
    </tr>
  );
});
