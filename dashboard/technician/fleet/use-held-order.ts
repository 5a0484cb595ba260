import type { SiteId, SiteRow } from "@caretaker/protocol";
import { useMemo, useState } from "react";
import { keptOrder, movedCount } from "./fleet-order.ts";

export interface HeldOrder {
  readonly rows: readonly SiteRow[];
  /** Rows that stand elsewhere than they would now. */
  readonly moved: number;
  readonly hold: () => void;
  readonly release: () => void;
  readonly refresh: () => void;
}

/**
 * Rows never jump under the pointer: while it, or the keyboard, is in the list, the order stays as it was. Another
 * `view` (search, filter, sort) is the person's own wish and reorders at once.
 */
export function useHeldOrder(wanted: readonly SiteRow[], view: string): HeldOrder {
  const [held, setHeld] = useState<{ view: string; ids: readonly SiteId[] } | null>(null);
  const ids = useMemo(() => wanted.map((row) => row.id), [wanted]);
  const kept = held !== null && held.view === view ? keptOrder(held.ids, ids) : ids;
  const byId = useMemo(() => new Map(wanted.map((row) => [row.id, row])), [wanted]);
  const rows = kept === ids ? wanted : kept.flatMap((id) => byId.get(id) ?? []);
  return {
    rows,
    moved: kept === ids ? 0 : movedCount(kept, ids),
    hold: () => setHeld((before) => (before !== null && before.view === view ? before : { view, ids })),
    release: () => setHeld(null),
    refresh: () => setHeld({ view, ids }),
  };
}
