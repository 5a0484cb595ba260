import { useMemo } from "react";
import type { SiteContent } from "../../live/contents.ts";
import { useRows } from "../../live/hooks.tsx";
import { useCalmRows } from "../../live/use-calm-rows.ts";
import { problemsOf, type SiteProblem } from "./problems.ts";

/** What is wrong at a site now, as its live state has it. */
export function useProblems(content: SiteContent): readonly SiteProblem[] {
  const gateways = useRows(content.gateways);
  const integrations = useRows(content.integrations);
  const devices = useRows(content.devices);
  const entities = useCalmRows(content.entities);
  return useMemo(
    () => problemsOf({ gateways, integrations, devices, entities }),
    [gateways, integrations, devices, entities],
  );
}
