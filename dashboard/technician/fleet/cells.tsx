import type { SiteRow } from "@caretaker/protocol";
import {
  mdiAccountClockOutline,
  mdiHandBackLeft,
  mdiHomeAssistant,
  mdiProgressWrench,
  mdiRouterWireless,
} from "@mdi/js";
import { useMemo } from "react";
import { useOperation } from "../../live/queries.ts";
import { Icon } from "../../ui/Icon.tsx";
import { words } from "../../words/en.ts";

const MAKE_ICONS: Readonly<Record<string, string>> = { "home-assistant": mdiHomeAssistant };

/** The icon of a make; one that has none of its own is shown as a box on the network. */
export function makeIcon(connector: string): string {
  return MAKE_ICONS[connector] ?? mdiRouterWireless;
}

/** What each make is called, by its id. */
export function useMakeNames(): ReadonlyMap<string, string> {
  const makes = useOperation("connector.list", {});
  return useMemo(() => new Map(makes.data?.items.map(({ id, name }) => [id, name])), [makes.data]);
}

interface MakesProps {
  readonly connectors: readonly string[];
  readonly names: ReadonlyMap<string, string>;
  /** In a table by their icons, with the name for those who ask. */
  readonly areIcons?: boolean;
}

/** Which makes of gateway a site has. */
export function Makes({ connectors, names, areIcons = false }: MakesProps) {
  if (connectors.length === 0) return <span className="dim">{words.fleet.notYet}</span>;
  return connectors.map((id) => {
    const name = names.get(id) ?? id;
    return (
      <span key={id} className="make" {...(areIcons ? { title: name } : {})}>
        <Icon path={makeIcon(id)} size={areIcons ? 20 : 16} />
        <span className={areIcons ? "visually-hidden" : undefined}>{name}</span>
      </span>
    );
  });
}

/** How many of a home's entities do not answer; nothing where all do, so that the eye goes to the others. */
export function Unavailable({ row }: { row: SiteRow }) {
  if (row.entities === 0) return null;
  if (row.unavailable === 0) return <span className="dim">0</span>;
  return (
    <span className="unavailable">
      <b>{row.unavailable}</b>
      <span className="dim"> / {row.entities}</span>
    </span>
  );
}

export function RunBadges({ row }: { row: SiteRow }) {
  const running = row.activeRuns - row.waitingForConsent;
  return (
    <span className="run-badges">
      {running > 0 ? (
        <span className="tag" data-tone="busy">
          <Icon path={mdiProgressWrench} size={15} />
          {words.fleet.running(running)}
        </span>
      ) : null}
      {row.waitingForConsent > 0 ? (
        <span className="tag" data-tone="wait">
          <Icon path={mdiAccountClockOutline} size={15} />
          {words.fleet.waiting(row.waitingForConsent)}
        </span>
      ) : null}
    </span>
  );
}

export function SimulatedTag() {
  return <span className="simulated">{words.fleet.simulated}</span>;
}

/** The household has stopped everything at its agent: nothing can be done there until they allow it again. */
export function StoppedTag({ row }: { row: SiteRow }) {
  if (row.stoppedAt === null) return null;
  return (
    <span className="stopped-tag">
      <Icon path={mdiHandBackLeft} size={14} />
      {words.fleet.stoppedByHome}
    </span>
  );
}
