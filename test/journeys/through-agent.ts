/**
 * Journeys in which it matters how a home's gateway is reached: it is lost, acted on, watched or given up in each of them.
 * They run a second time with an agent in the home, where nothing may be skipped: in `.ci/run`, not in a plain `npm test`.
 */
export const THROUGH_AGENT = [
  "asked-on-the-phone-and-allowed-by-a-tap",
  "dead-bridge-is-power-cycled",
  "home-assistant-restarts-under-a-run",
  "homeowner-keeps-her-lights-to-herself",
  "homeowner-revokes-the-token",
  "homeowner-says-no",
  "homeowner-says-yes-on-the-phone",
  "homeowner-stops-while-it-runs",
  "hub-is-killed-between-intent-and-outcome",
  "hub-is-restored-from-a-backup",
  "old-home-assistant-is-looked-over",
  "one-runbook-goes-through-many-homes-in-waves",
  "run-is-stopped-at-each-kind-of-step",
  "several-makes-in-one-home",
  "uncertain-step-is-resolved-by-hand",
  "wedged-bridge-is-found-asked-allowed-and-fixed",
  "wedged-bridge-is-mended-by-a-rule",
] as const;
