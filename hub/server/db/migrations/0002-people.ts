import { type Kysely, sql } from "kysely";

/** Better-auth's tables in our names: who signs in, with what, and where. `people/auth.ts` says which name is whose. */
export const people = {
  id: "0002-people",
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  `create table person (
    id uuid primary key, name text not null, email text not null unique, email_verified boolean not null default false,
    image text, role text not null, two_factor_enabled boolean not null default false, disabled_at timestamptz,
    last_seen_at timestamptz, created_at timestamptz not null, updated_at timestamptz not null)`,
  `create table browser_session (
    id uuid primary key, token text not null unique, user_id uuid not null references person on delete cascade,
    expires_at timestamptz not null, ip_address text, user_agent text, factor_at timestamptz,
    wrong_proofs integer not null default 0, created_at timestamptz not null, updated_at timestamptz not null)`,
  `create index browser_session_of on browser_session (user_id)`,
  `create table sign_in_account (
    id uuid primary key, account_id text not null, provider_id text not null, user_id uuid not null references person on delete cascade,
    access_token text, refresh_token text, id_token text, access_token_expires_at timestamptz, refresh_token_expires_at timestamptz,
    scope text, password text, created_at timestamptz not null, updated_at timestamptz not null)`,
  `create index sign_in_account_of on sign_in_account (user_id)`,
  `create table sign_in_verification (
    id uuid primary key, identifier text not null, value text not null, expires_at timestamptz not null,
    created_at timestamptz not null, updated_at timestamptz not null)`,
  `create index sign_in_verification_of on sign_in_verification (identifier)`,
  `create table second_factor (
    id uuid primary key, secret text not null, backup_codes text not null, user_id uuid not null references person on delete cascade,
    verified boolean, failed_verification_count integer, locked_until timestamptz)`,
  `create table passkey (
    id uuid primary key, name text, public_key text not null, user_id uuid not null references person on delete cascade,
    credential_id text not null unique, counter bigint not null, device_type text not null, backed_up boolean not null,
    transports text, created_at timestamptz, aaguid text)`,
  `create table sign_in_link (
    token_hash text primary key, person_id uuid not null references person on delete cascade, expires_at timestamptz not null)`,
];
