/**
 * What of the database goes into a backup, table by table. A test fails when a table stands in neither list, so that
 * whoever adds one decides.
 */
export const KEPT: readonly string[] = [
  "api_key",
  "approval",
  "attempt",
  "client",
  "consent_request",
  "contact",
  "contact_phone",
  "device",
  "entity",
  "firm",
  "freeze",
  "gateway",
  "gateway_history",
  "gateway_snapshot",
  "home_message",
  "home_question",
  "integration",
  "invitation",
  "ledger_entry",
  "ledger_head",
  "ledger_payload",
  "message",
  "passkey",
  "person",
  "rollout",
  "rollout_home",
  "room",
  "run",
  "run_event",
  "runbook_draft",
  "runbook_published",
  "runbook_retired",
  "runbook_version",
  // Sealed with the key ring, which is not in the backup: without it they are noise.
  "sealed_secret",
  "scope_raise",
  "second_factor",
  "sign_in_account",
  "site",
  "standing_consent",
];

/** What is left out, and why. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  migration: "the manifest says which there were",
  hub_memory: "what one hub remembers of itself",
  browser_session: "whoever holds a session would be signed in again: people sign in anew",
  sign_in_verification: "holds for minutes",
  sign_in_link: "signs somebody in",
  journal_link: "opens a home's journal, for a day",
  idempotency: "answers to calls of a hub that is gone",
  site_lock: "held by runs, and none goes on after a restore",
  gateway_inventory: "made anew from the rows",
};
