import type { EntityId, EntityState, RunId, SiteId } from "@caretaker/protocol";
import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useSyncExternalStore } from "react";
import type { FleetContent, RunContent, SiteContent, WatchedRun } from "./contents.ts";
import type { Mirror, MirrorState, Watched } from "./mirror.ts";
import type { RoomState } from "./room.ts";
import type { Rows } from "./rows.ts";

const MirrorContext = createContext<Mirror | null>(null);

export function MirrorProvider({ mirror, children }: { mirror: Mirror; children: ReactNode }) {
  return <MirrorContext value={mirror}>{children}</MirrorContext>;
}

export function useMirror(): Mirror {
  const mirror = useContext(MirrorContext);
  if (!mirror) throw new Error("There is no mirror above this component.");
  return mirror;
}

/** How the line to the hub is, and whether updates are paused. */
export function useLine(): MirrorState {
  const mirror = useMirror();
  return useSyncExternalStore(mirror.listen, () => mirror.state);
}

function useWatched<C>(open: (mirror: Mirror) => Watched<C>): { content: C; state: RoomState } {
  const mirror = useMirror();
  const watched = useMemo(() => open(mirror), [mirror, open]);
  const listen = useCallback((listener: () => void) => mirror.watch(watched, listener), [mirror, watched]);
  const state = useSyncExternalStore(listen, () => watched.room.state);
  return { content: watched.content, state };
}

/** All rows, redrawn when any of them changes. */
export function useRows<K extends string, V>(rows: Rows<K, V>): readonly V[] {
  const listen = useCallback((listener: () => void) => rows.listenAll(listener), [rows]);
  return useSyncExternalStore(listen, () => rows.all());
}

/** One row, redrawn when that one changes. */
export function useRow<K extends string, V>(rows: Rows<K, V>, key: K): V | undefined {
  const listen = useCallback((listener: () => void) => rows.listen(key, listener), [rows, key]);
  return useSyncExternalStore(listen, () => rows.get(key));
}

/** Changes when rows come or go, not when one changes: for what is grouped by them. */
export function useShape<K extends string, V>(rows: Rows<K, V>): number {
  const listen = useCallback((listener: () => void) => rows.listenAll(listener), [rows]);
  return useSyncExternalStore(listen, () => rows.shape);
}

/** Watches the fleet for as long as this component is shown. */
export function useFleet(): { content: FleetContent; state: RoomState } {
  return useWatched(openFleet);
}

const openFleet = (mirror: Mirror): Watched<FleetContent> => mirror.fleet();

/** Watches one home; read its rows with `useRows`, `useRow` and `useEntities`. */
export function useSite(siteId: SiteId): { content: SiteContent; state: RoomState } {
  return useWatched(useCallback((mirror: Mirror) => mirror.site(siteId), [siteId]));
}

/** Watches one run with its log. */
export function useRun(runId: RunId): WatchedRun & { state: RoomState } {
  const { content, state } = useWatched<RunContent>(useCallback((mirror: Mirror) => mirror.run(runId), [runId]));
  const watched = useRow(content.watched, runId);
  return { run: watched?.run ?? null, events: watched?.events ?? NO_EVENTS, state };
}

const NO_EVENTS: WatchedRun["events"] = [];

/** The named entities of a home, redrawn when one of these changes and not for others. */
export function useEntities(site: SiteContent, ids: readonly EntityId[]): readonly EntityState[] {
  const last = useRef<readonly EntityState[]>([]);
  const listen = useCallback(
    (listener: () => void) => {
      const stops = ids.map((id) => site.entities.listen(id, listener));
      return () => {
        for (const stop of stops) stop();
      };
    },
    [site, ids],
  );
  return useSyncExternalStore(listen, () => {
    const now = ids.flatMap((id) => site.entities.get(id) ?? []);
    const isSame = now.length === last.current.length && now.every((entity, at) => entity === last.current[at]);
    if (!isSame) last.current = now;
    return last.current;
  });
}
