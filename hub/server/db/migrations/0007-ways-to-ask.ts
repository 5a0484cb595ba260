import { type Kysely, sql } from "kysely";

/** Asking on a phone with the home's own app, a note in the home, one reminder, and a wish to be called. */
export const waysToAsk = {
  id: "0007-ways-to-ask",
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  `alter table site add notice_in_home boolean not null default false`,
  `alter table message add is_reminder boolean not null default false`,
  `alter table consent_request add call_asked_at timestamptz`,
  `create table contact_phone (
    contact_id uuid primary key references contact on delete cascade, gateway_id uuid not null references gateway on delete cascade,
    phone text not null, user_id text not null, user_name text not null, because text not null, set_at timestamptz not null,
    rests_until timestamptz not null)`,
  `create table home_message (
    id uuid primary key, request_id uuid not null references consent_request on delete cascade,
    gateway_id uuid not null references gateway on delete cascade, phone text, user_id text, secret_hash text unique,
    status text not null, attempts integer not null default 0, next_try_at timestamptz, sent_at timestamptz, error text,
    refused_users text[] not null default '{}')`,
  `create index home_message_open on home_message (next_try_at) where status <> 'gone'`,
  `create index home_message_of on home_message (request_id)`,
];
