import "./fleet.css";
import type { Health, SiteRow } from "@caretaker/protocol";
import { Button, CloseButton, TextInput } from "@mantine/core";
import { useDebouncedCallback, useMediaQuery } from "@mantine/hooks";
import { mdiHomePlusOutline, mdiMagnify, mdiMagnifyClose, mdiPlus, mdiSortVariant } from "@mdi/js";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";
import { useFleet, useRows } from "../../live/hooks.tsx";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { HEALTH_LOOKS } from "../../ui/looks.ts";
import { Page } from "../../ui/Page.tsx";
import { RoomNotice } from "../../ui/RoomNotice.tsx";
import { Skeletons } from "../../ui/Skeletons.tsx";
import { words } from "../../words/en.ts";
import { FleetFreezes } from "../freezes/FreezeBanner.tsx";
import { useMay } from "../session.ts";
import { StandstillBanner } from "../standstill/StandstillBanner.tsx";
import { FleetCards } from "./FleetCards.tsx";
import { FleetTable } from "./FleetTable.tsx";
import { HEALTH_ORDER, shownSites } from "./fleet-order.ts";
import { useHeldOrder } from "./use-held-order.ts";

const route = getRouteApi("/inside/");

/** Which of our homes are ill? */
export function FleetPage() {
  const search = route.useSearch();
  const { content, state } = useFleet();
  const sites = useRows(content.sites);
  const isPhone = useMediaQuery("(max-width: 47.99em)") ?? false;
  const wanted = useMemo(() => shownSites(sites, search), [sites, search]);
  const order = useHeldOrder(wanted, JSON.stringify(search));
  const isEmpty = state.is === "live" && sites.length === 0;
  return (
    <Page
      title={words.fleet.title}
      aside={sites.length > 0 ? words.fleet.count(wanted.length, sites.length) : undefined}
      actions={<AddSite isQuiet={isEmpty} />}
    >
      <RoomNotice state={state} />
      <StandstillBanner />
      <FleetFreezes />
      {state.is === "loading" ? <Skeletons rows={8} height={56} /> : null}
      {isEmpty ? (
        <EmptyState icon={mdiHomePlusOutline} title={words.fleet.empty} text={words.fleet.emptyText}>
          <AddSite />
        </EmptyState>
      ) : null}
      {sites.length > 0 ? (
        <>
          <div className="fleet-tools">
            <SearchField />
            <HealthFilter sites={sites} />
          </div>
          {wanted.length === 0 ? <NoMatch /> : null}
          {order.moved > 0 ? (
            <button type="button" className="moved-pill" onClick={order.refresh}>
              <Icon path={mdiSortVariant} size={16} />
              {words.fleet.moved(order.moved)} · <b>{words.fleet.refresh}</b>
            </button>
          ) : null}
          {isPhone ? <FleetCards rows={order.rows} /> : <FleetTable order={order} isStale={state.is === "stale"} />}
        </>
      ) : null}
    </Page>
  );
}

function AddSite({ isQuiet = false }: { isQuiet?: boolean }) {
  if (!useMay("site.create") || isQuiet) return null;
  return (
    <Button renderRoot={(props) => <Link to="/sites/new" {...props} />} leftSection={<Icon path={mdiPlus} />}>
      {words.fleet.add}
    </Button>
  );
}

/** The search stands in the address bar, a moment after the last key. */
function SearchField() {
  const { q } = route.useSearch();
  const navigate = route.useNavigate();
  const [text, setText] = useState(q ?? "");
  const commit = useDebouncedCallback((next: string) => {
    void navigate({ search: (before) => ({ ...before, q: next.trim() === "" ? undefined : next }), replace: true });
  }, 150);
  useEffect(() => {
    if (q === undefined) setText("");
  }, [q]);
  const handleChange = (next: string): void => {
    setText(next);
    commit(next);
  };
  return (
    <TextInput
      type="search"
      className="fleet-search"
      aria-label={words.fleet.search}
      placeholder={words.fleet.searchText}
      value={text}
      onChange={(event) => handleChange(event.currentTarget.value)}
      leftSection={<Icon path={mdiMagnify} />}
      rightSection={
        text === "" ? null : <CloseButton aria-label={words.fleet.clear} size="sm" onClick={() => handleChange("")} />
      }
    />
  );
}

/** How many are in each state; a press shows only those. */
function HealthFilter({ sites }: { sites: readonly SiteRow[] }) {
  const { health } = route.useSearch();
  const navigate = route.useNavigate();
  const counts = new Map<Health, number>();
  for (const row of sites) counts.set(row.health, (counts.get(row.health) ?? 0) + 1);
  const show = (next: Health | undefined): void =>
    void navigate({ search: (before) => ({ ...before, health: next }), replace: true });
  return (
    <fieldset className="health-filter">
      <legend className="visually-hidden">{words.fleet.filter}</legend>
      <button type="button" className="chip" aria-pressed={health === undefined} onClick={() => show(undefined)}>
        {words.fleet.all} <b>{sites.length}</b>
      </button>
      {HEALTH_ORDER.filter((each) => counts.has(each) || each === health).map((each) => {
        const look = HEALTH_LOOKS[each];
        return (
          <button
            key={each}
            type="button"
            className="chip"
            data-tone={look.tone}
            aria-pressed={health === each}
            onClick={() => show(health === each ? undefined : each)}
          >
            <Icon path={look.icon} size={16} />
            {look.word} <b>{counts.get(each) ?? 0}</b>
          </button>
        );
      })}
    </fieldset>
  );
}

function NoMatch() {
  const { q } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <EmptyState
      icon={mdiMagnifyClose}
      title={words.fleet.noMatch}
      text={q === undefined ? words.fleet.noneSuch : words.fleet.noMatchText(q)}
    >
      <Button variant="default" onClick={() => void navigate({ search: {} })}>
        {words.fleet.clear}
      </Button>
    </EmptyState>
  );
}
