import type { ErrorCode, Reason, RoomClosed } from "@caretaker/protocol";

type Params = NonNullable<Reason["params"]>;
type Sentence = string | ((params: Params) => string);

const plural = (count: unknown, one: string, many: string): string => `${count} ${Number(count) === 1 ? one : many}`;

/** Why a site, a gateway or a thing is as it is. The hub sends the code; a code that is not here shows its detail. */
const REASONS: Record<string, Sentence> = {
  all_well: "Everything answers",
  no_gateway: "No gateway is connected",
  connecting: "Connecting to the gateway",
  first_report: "Connected; waiting for it to say how everything is",
  connected: "Connected",
  stopped: "The hub was stopped",
  no_connector: "This hub has no connector for it",
  connector_failed: "The connector failed; the hub's log says how",
  // ---- Why a gateway is away ----
  gateway_unreachable: "The gateway cannot be reached",
  gateway_of_several_unreachable: ({ gateway, others }) =>
    `${gateway} cannot be reached${Number(others) > 0 ? `, nor ${plural(others, "other gateway", "other gateways")}` : ""}; the rest of the home can`,
  gateway_restarting: "The gateway is restarting",
  gateway_starting: "The gateway is starting",
  gateway_in_recovery: "The gateway is in recovery mode",
  gateway_unsupported: "The gateway is not supported",
  gateway_misbehaving: "The gateway talks what nobody understands",
  gateway_timeout: "The gateway did not answer in time",
  gateway_lost: "The connection was lost",
  gateway_auth_failed: "The gateway refused the credentials",
  gateway_certificate_unknown: "Nobody vouches for its certificate",
  host_key_unknown: "Nobody has confirmed its host key",
  host_key_changed: "Its host key is another than the one that was confirmed",
  certificate_changed: "Its certificate is another than the one that was trusted",
  credentials_refused: "The gateway refused the credentials",
  access_withdrawn: "The homeowner withdrew access",
  agent_away: "The agent in the home is not connected",
  stopped_by_home: "The home has stopped everything at its agent; only they can allow it again",
  allowed_otherwise: "The home allows something else than before; connecting anew",
  restarting: "It is restarting",
  silent: "It went silent",
  connection_lost: "The connection was lost",
  connection_refused: "Nothing listens at its address",
  name_not_found: "Its name does not resolve",
  target_refused: "Its address may not be called",
  bad_frame: "It sent something unreadable",
  garbage: "It sends what nobody understands",
  // ---- What is wrong inside ----
  integration_silent: ({ integration, unavailable, others }) =>
    `${integration} is silent: ${plural(unavailable, "entity does", "entities do")} not answer${andOthers(others)}`,
  integration_not_running: ({ integration, state, others }) =>
    `${integration} ${notRunningWords(String(state))}${andOthers(others)}`,
  integration_needs_sign_in: ({ integration, others }) =>
    `${integration} needs somebody to sign in again${andOthers(others)}`,
  entities_unavailable: ({ count }) => `${plural(count, "entity does", "entities do")} not answer`,
};

/** As Home Assistant calls it, and as a person would. */
const NOT_RUNNING: Readonly<Record<string, string>> = {
  setup_retry: "does not start, and keeps trying",
  setup_error: "failed to start",
  not_loaded: "is not loaded",
  migration_error: "failed to start after an update",
  failed_unload: "hung while it was restarted",
};

function notRunningWords(state: string): string {
  return NOT_RUNNING[state] ?? `does not run (${state.replaceAll("_", " ")})`;
}

function andOthers(others: unknown): string {
  const count = Number(others);
  return count > 0 ? `, and ${plural(count, "other is", "others are")} ill` : "";
}

/** The sentence for a reason. */
export function reasonWords(reason: Reason): string {
  const sentence = REASONS[reason.code];
  if (sentence === undefined) return reason.detail ?? reason.code.replaceAll("_", " ");
  return typeof sentence === "string" ? sentence : sentence(reason.params ?? {});
}

/** What the gateway said itself, where that adds to the sentence. */
export function reasonDetail(reason: Reason): string | null {
  return REASONS[reason.code] === undefined ? null : (reason.detail ?? null);
}

export const CLOSED_WORDS: Record<RoomClosed["reason"], string> = {
  view_withdrawn: "We may no longer look at this home. Live states are closed.",
  removed: "This site was taken out of service.",
  not_allowed: "You may no longer watch this.",
  too_slow: "This browser could not keep up; it is being brought up to date.",
  inventory_changed: "The home has new devices; they are being read.",
};

/** What a person can do next about an error. The sentence of the error itself comes from the hub. */
export const NEXT_STEPS: Partial<Record<ErrorCode, string>> = {
  not_signed_in: "Sign in again; you come back to this page.",
  not_allowed: "Ask a principal of your firm if you need this.",
  not_found: "It may have been removed. Go back to the list.",
  changed_meanwhile: "Somebody saved this before you. Load it again and repeat your change.",
  run_in_progress: "Wait for the other run to finish, or stop it first.",
  too_many_requests: "Wait a minute and try again.",
  internal: "Try again. If it stays, send the reference to whoever runs this hub.",
  database_unavailable: "The hub keeps trying; try again in a moment.",
  disk_full: "Free space on the hub's disk, then try again.",
  shutting_down: "The hub is being restarted; try again in a moment.",
  gateway_unreachable: "Look whether the home has internet and power.",
  gateway_auth_failed: "Give the gateway new credentials on the site's Gateways tab.",
  gateway_access_withdrawn: "Ask the homeowner; credentials can be replaced on the Gateways tab.",
  gateway_timeout: "Try again in a minute; the gateway may be busy.",
  target_refused: "Check the address. Addresses inside the hub's own machine are refused unless named exactly.",
  consent_missing: "Add a verified contact who can be asked, or record standing consent.",
};

export { plural };
