import { useCallback, useRef, useSyncExternalStore } from "react";
import type { Rows } from "./rows.ts";

/** All rows, at most twice a second: for counts and lists over thousands that change all the time. */
export function useCalmRows<K extends string, V>(rows: Rows<K, V>, everyMs = 500): readonly V[] {
  const shown = useRef<{ rows: Rows<K, V>; all: readonly V[] } | null>(null);
  const listen = useCallback(
    (listener: () => void) => {
      let timer: ReturnType<typeof setTimeout> | null = null;
      const show = (): void => {
        timer = null;
        shown.current = { rows, all: rows.all() };
        listener();
      };
      const stop = rows.listenAll(() => {
        // The first rows are shown at once.
        if (shown.current?.all.length === 0) return show();
        timer ??= setTimeout(show, everyMs);
      });
      return () => {
        stop();
        if (timer !== null) clearTimeout(timer);
      };
    },
    [rows, everyMs],
  );
  return useSyncExternalStore(listen, () => {
    if (shown.current?.rows !== rows) shown.current = { rows, all: rows.all() };
    return shown.current.all;
  });
}
