import type { Health, SiteId, SiteRow } from "@caretaker/protocol";
import type { FleetSearch, FleetSort } from "./fleet-search.ts";

/** How urgent a state is; unknown may be anything, so it stands above the quiet ones. */
const URGENCY: Record<Health, number> = {
  problem: 0,
  offline: 1,
  attention: 2,
  unknown: 3,
  maintenance: 4,
  ok: 5,
  not_monitored: 6,
};

export const HEALTH_ORDER = (Object.keys(URGENCY) as Health[]).sort((a, b) => URGENCY[a] - URGENCY[b]);

type Compare = (a: SiteRow, b: SiteRow) => number;

const byName: Compare = (a, b) => a.name.localeCompare(b.name) || a.number - b.number;
/** Worst first, and of the equally ill the one that has been so for longest. */
const byWorst: Compare = (a, b) =>
  URGENCY[a.health] - URGENCY[b.health] || a.since.localeCompare(b.since) || byName(a, b);

const COMPARE: Record<FleetSort, Compare> = {
  worst: (a, b) => (URGENCY[a.health] >= URGENCY.ok && a.health === b.health ? byName(a, b) : byWorst(a, b)),
  name: byName,
  town: (a, b) => (a.town ?? "\uffff").localeCompare(b.town ?? "\uffff") || byName(a, b),
  unavailable: (a, b) => b.unavailable - a.unavailable || byWorst(a, b),
  seen: (a, b) => (a.lastSeenAt ?? "").localeCompare(b.lastSeenAt ?? "") || byWorst(a, b),
};

/** Whether every word of the search is somewhere in what a technician knows of a site. */
export function isFound(row: SiteRow, search: string): boolean {
  const all = `${row.name} ${row.clientName} ${row.town ?? ""} ${row.phone ?? ""} ${digits(row.phone)} #${row.number}`;
  const where = all.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => where.includes(word));
}

/** A number is found however it was written down. */
function digits(phone: string | null): string {
  return (phone ?? "").replace(/\D/g, "");
}

/** The sites that match, in the order asked for. */
export function shownSites(rows: readonly SiteRow[], search: FleetSearch): SiteRow[] {
  const words = search.q?.trim() ?? "";
  return rows
    .filter((row) => (search.health === undefined || row.health === search.health) && isFound(row, words))
    .sort(COMPARE[search.sort ?? "worst"]);
}

/** The order a person is looking at, kept: what is gone is left out, what is new comes last. */
export function keptOrder(held: readonly SiteId[], wanted: readonly SiteId[]): SiteId[] {
  const here = new Set(wanted);
  const before = new Set(held);
  return [...held.filter((id) => here.has(id)), ...wanted.filter((id) => !before.has(id))];
}

/** How many rows stand elsewhere than they should. */
export function movedCount(shown: readonly SiteId[], wanted: readonly SiteId[]): number {
  return shown.filter((id, at) => id !== wanted[at]).length;
}
