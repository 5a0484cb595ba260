import type { ChecklistLine, SiteId } from "@caretaker/protocol";
import { useEffect, useMemo, useRef, useState } from "react";
import { apiStream } from "../../live/api.ts";
import { foldChecklist } from "./checklist.ts";

/** Runs the live checklist of a gateway; starting it again, or leaving the page, ends the one before. */
export function useGatewayTest(siteId: SiteId, throughAgent: boolean) {
  const [said, setSaid] = useState<readonly ChecklistLine[]>([]);
  const [isRunning, setRunning] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);

  const clear = (): void => {
    stop.current?.abort();
    stop.current = null;
    setSaid([]);
    setError(null);
    setRunning(false);
  };

  const run = async (connector: string, config: Record<string, unknown>): Promise<void> => {
    clear();
    const mine = new AbortController();
    stop.current = mine;
    setRunning(true);
    try {
      const input = { siteId, connector, config, throughAgent };
      for await (const line of apiStream("gateway.test", input, { signal: mine.signal })) {
        if (mine.signal.aborted) return;
        setSaid((before) => [...before, line]);
      }
    } catch (cause) {
      if (!mine.signal.aborted) setError(cause);
    } finally {
      if (stop.current === mine) setRunning(false);
    }
  };

  const checklist = useMemo(() => foldChecklist(said), [said]);
  return { checklist, isRunning, isDone: said.length > 0 && !isRunning && error === null, error, run, clear };
}
