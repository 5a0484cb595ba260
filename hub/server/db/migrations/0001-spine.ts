import { type Kysely, sql } from "kysely";

/** The tables of the spine. Better-auth makes its own (people, sessions, factors) beside these. */
export const spine = {
  id: "0001-spine",
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of [...firm, ...sites, ...gateways, ...runs, ...consent, ...ledger, ...doors]) {
      await sql.raw(statement).execute(db);
    }
  },
};

const firm = [
  `create table firm (
    id boolean primary key default true check (id),
    name text not null, phone text, time_zone text not null, country text not null, language text not null default 'en',
    is_demo boolean not null default false, created_at timestamptz not null default now())`,
  // What the hub remembers of itself: the epoch of live rooms, the last clean stop.
  `create table hub_memory (key text primary key, value jsonb not null, changed_at timestamptz not null default now())`,
  `create table invitation (
    id uuid primary key, email text not null, role text not null, token_hash text not null unique, invited_by text not null,
    created_at timestamptz not null, expires_at timestamptz not null, accepted_at timestamptz, withdrawn_at timestamptz)`,
  `create table api_key (
    id uuid primary key, name text not null, role text not null, prefix text not null, hash text not null unique,
    created_by text not null, created_by_id uuid, created_at timestamptz not null, expires_at timestamptz not null,
    last_used_at timestamptz, revoked_at timestamptz)`,
];

const sites = [
  `create table client (
    id uuid primary key, name text not null, phone text, email text, version integer not null default 1,
    created_at timestamptz not null)`,
  `create table site (
    id uuid primary key, number integer generated always as identity unique, client_id uuid not null references client,
    name text not null, address text, town text, time_zone text not null, language text not null default 'en',
    quiet_from text not null default '22:00', quiet_to text not null default '07:00', notes text not null default '',
    is_simulated boolean not null default false, version integer not null default 1,
    scopes_version integer not null default 1, created_at timestamptz not null, removed_at timestamptz)`,
  `create index site_of_client on site (client_id)`,
  `create table contact (
    id uuid primary key, site_id uuid not null references site, name text not null, role text not null,
    language text not null default 'en', email text, phone text, verified_at timestamptz, verified_because text,
    rests_until timestamptz, created_at timestamptz not null, removed_at timestamptz)`,
  `create index contact_of_site on contact (site_id)`,
  `create table standing_consent (
    site_id uuid not null references site, scope text not null, given_at timestamptz not null, given_by text not null,
    evidence text not null, evidence_note text, review_at timestamptz not null, primary key (site_id, scope))`,
];

const gateways = [
  `create table gateway (
    id uuid primary key, site_id uuid not null references site, connector text not null, name text not null,
    config jsonb not null, address text not null, state text not null default 'connecting', reason jsonb not null,
    since timestamptz not null, last_seen_at timestamptz, software_version text, is_admin boolean,
    accepted_at timestamptz, inventory_digest text, is_simulated boolean not null default false, created_at timestamptz not null, removed_at timestamptz)`,
  `create index gateway_of_site on gateway (site_id)`,
  // AES-256-GCM with a key of its own per row, wrapped by the key ring, bound to the row.
  `create table sealed_secret (
    owner text not null, field text not null, key_id text not null, wrapped_key text not null, sealed text not null,
    version integer not null, sealed_at timestamptz not null, primary key (owner, field))`,
  `create table room (
    id uuid primary key, gateway_id uuid not null references gateway, key text not null, name text not null, floor text,
    gone_at timestamptz, unique (gateway_id, key))`,
  `create table integration (
    id uuid primary key, gateway_id uuid not null references gateway, key text not null, name text not null,
    domain text not null, gone_at timestamptz, unique (gateway_id, key))`,
  `create table device (
    id uuid primary key, gateway_id uuid not null references gateway, key text not null, marks text[] not null default '{}',
    name text not null, room_id uuid references room, integration_ids uuid[] not null default '{}', upstream_id uuid,
    make text, model text, firmware text, kind text not null, may_sleep boolean not null default false,
    powered_by uuid, do_not_touch boolean not null default false, carries_gateway boolean not null default false,
    version integer not null default 1, gone_at timestamptz, unique (gateway_id, key))`,
  `create table entity (
    id uuid primary key, gateway_id uuid not null references gateway, key text not null, marks text[] not null default '{}',
    label text not null, name text not null, kind text not null, device_class text, unit text, device_id uuid references device,
    room_id uuid references room, integration_id uuid references integration, private boolean not null default false,
    diagnostic boolean not null default false, disabled boolean not null default false, gone_at timestamptz,
    unique (gateway_id, key))`,
  `create table gateway_snapshot (gateway_id uuid primary key references gateway, taken_at timestamptz not null, states json not null)`,
  // The inventory as one text, written with its rows: a hub that starts reads a fleet from here in a moment.
  `create table gateway_inventory (gateway_id uuid primary key references gateway, digest text not null, packed text not null)`,
  `alter table gateway_inventory alter column packed set storage external`,
  `create table gateway_history (
    gateway_id uuid not null references gateway, at timestamptz not null, state text not null, reason jsonb not null)`,
  `create index gateway_history_of on gateway_history (gateway_id, at desc)`,
];

const runs = [
  // A run keeps the version it began with: documents are kept by their digest and never changed.
  `create table runbook_version (
    digest text primary key, id text not null, version integer not null, document jsonb not null, source text not null,
    kept_at timestamptz not null)`,
  `create table run (
    id uuid primary key, number integer generated always as identity unique, site_id uuid not null references site,
    gateway_id uuid not null references gateway, runbook text not null, runbook_version integer not null,
    digest text not null references runbook_version, title text not null, inputs jsonb not null, reason text not null,
    homeowner_asked boolean not null, started_by text not null, started_by_id uuid, status text not null, outcome text,
    step text, note text, waiting_until timestamptz, waiting_why text, has_uncertain_step boolean not null default false,
    uncertain_steps text[] not null default '{}', memory jsonb not null, stop_requested_at timestamptz,
    stop_requested_by text, stop_reason text, is_withdrawn boolean not null default false, last_event integer not null default 0,
    wake_at timestamptz, claimed_by text, claimed_until timestamptz, fencing bigint not null default 0,
    created_at timestamptz not null, started_at timestamptz, finished_at timestamptz)`,
  `create index run_due on run (wake_at) where wake_at is not null`,
  `create index run_of_site on run (site_id, created_at desc)`,
  `create index run_open on run (site_id) where finished_at is null`,
  `create table run_event (
    run_id uuid not null references run, number integer not null, at timestamptz not null, data jsonb not null,
    primary key (run_id, number))`,
  // At most once: (run, step, number, purpose) is unique, and the row is committed before anything is sent.
  `create table attempt (
    id uuid primary key, run_id uuid not null references run, step text not null, number integer not null,
    purpose text not null check (purpose in ('do', 'undo', 'settle')), gateway_id uuid not null references gateway,
    capability text not null, input jsonb not null, target text not null, fencing bigint not null, consent jsonb not null,
    status text not null check (status in ('intended', 'done', 'failed', 'uncertain', 'settled')),
    intended_at timestamptz not null, ended_at timestamptz, answer jsonb,
    unique (run_id, step, number, purpose))`,
  `create table site_lock (
    site_id uuid not null references site, lock text not null, run_id uuid not null references run, taken_at timestamptz not null,
    primary key (site_id, lock))`,
  `create table "freeze" (kind text not null, subject text not null, reason text not null, frozen_by text not null, frozen_at timestamptz not null, primary key (kind, subject))`,
];

const consent = [
  `create table consent_request (
    id uuid primary key, run_id uuid not null references run, site_id uuid not null references site,
    contact_id uuid not null references contact, step text not null, scope text not null, is_private boolean not null,
    proposal jsonb not null, digest text not null, asked_text jsonb not null, language text not null, token_hash text not null unique,
    status text not null, asked_at timestamptz not null, answer_by timestamptz not null, start_by timestamptz,
    window_seconds integer not null, sent_at timestamptz, opened_at timestamptz, answered_at timestamptz,
    answered_by text, grade text, first_act_at timestamptz, ends_at timestamptz, withdrawn_at timestamptz,
    link_until timestamptz not null, ledger_code text not null)`,
  `create index consent_request_of_run on consent_request (run_id)`,
  // The words are sealed while they wait, since they hold the link; once sent they are gone.
  `create table message (
    id uuid primary key, site_id uuid references site, request_id uuid references consent_request, to_address text not null,
    to_name text not null, subject text not null, sealed_body jsonb, status text not null, attempts integer not null default 0,
    error text, created_at timestamptz not null, sent_at timestamptz, next_try_at timestamptz)`,
  `create index message_due on message (next_try_at) where next_try_at is not null`,
];

const ledger = [
  `create table ledger_head (chain text primary key, number integer not null, hash text not null)`,
  `create table ledger_entry (
    chain text not null, number integer not null, at timestamptz not null, event text not null, actor text not null,
    commitment text not null, previous text not null, hash text not null, primary key (chain, number))`,
  `create table ledger_payload (
    chain text not null, number integer not null, salt text, payload text, erased_at timestamptz,
    primary key (chain, number))`,
];

const doors = [
  `create table idempotency (
    actor text not null, operation text not null, key text not null, input_hash text not null, status integer,
    answer jsonb, created_at timestamptz not null, primary key (actor, operation, key))`,
  `create index idempotency_age on idempotency (created_at)`,
];
