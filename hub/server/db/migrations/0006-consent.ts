import { type Kysely, sql } from "kysely";

/** Agreed windows, prices, phone consent, reviews of what stands, and what people raised or excluded from view. */
export const consent = {
  id: "0006-consent",
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  // By which way it was answered, and for what was said by phone who wrote it down and when it was said.
  `alter table consent_request add channel text not null default 'email', add recorded_by text, add said_at timestamptz`,
  `alter table message add leaves_at timestamptz`,
  `alter table run add price jsonb`,
  `alter table standing_consent add reviewed_at timestamptz, add reviewed_by text`,
  // A raise holds for the home, one of its devices or entities; without a capability for all that is done there.
  `create table consent_raise (
    id uuid primary key, site_id uuid not null references site, device_id uuid references device, entity_id uuid references entity,
    capability text, scope text, private boolean not null default false, reason text not null, raised_by text not null,
    raised_at timestamptz not null)`,
  `create index consent_raise_of_site on consent_raise (site_id)`,
  // What `view` leaves out: a room, or a kind of entity.
  `create table view_limit (
    site_id uuid not null references site, kind text not null check (kind in ('room', 'entity_kind')), subject text not null,
    limited_at timestamptz not null, limited_by text not null, primary key (site_id, kind, subject))`,
];
