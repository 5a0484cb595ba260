import { type Kysely, sql } from "kysely";

/**
 * An attempt that the home itself refused, before anything was sent, used up no try, so the next one has its number. And at which
 * of several hubs an agent has its line, so that each can show it.
 */
export const agentLines = {
  id: "0045-agent-lines",
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`alter table attempt drop constraint attempt_status_check`.execute(db);
    await sql`alter table attempt add check (status in ('intended', 'done', 'failed', 'uncertain', 'settled', 'refused'))`.execute(
      db,
    );
    await sql`alter table attempt drop constraint attempt_run_id_step_item_number_purpose_key`.execute(db);
    await sql`create unique index attempt_once on attempt (run_id, step, item, number, purpose) where status <> 'refused'`.execute(
      db,
    );
    await sql`alter table agent add column line_hub text, add column line_until timestamptz`.execute(db);
  },
};
