import type { Finding, SiteId } from "@caretaker/protocol";
import { useOperation } from "../../live/queries.ts";

/** The hub looks every 15 seconds by itself. */
const LOOKS_EVERY = 10_000;
const NONE: readonly Finding[] = [];

/** What the hub has found at a site that is ill now, each with what was tried for it. */
export function useFindings(siteId: SiteId): readonly Finding[] {
  const findings = useOperation("finding.list", { siteId }, { refetchInterval: LOOKS_EVERY });
  return findings.data?.items ?? NONE;
}
