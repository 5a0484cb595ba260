import { type Kysely, sql } from "kysely";

/** What a published version was copied from is part of it, and stays as it is too. */
export const originsStay = {
  id: "0038-origins-stay",
  async up(db: Kysely<unknown>): Promise<void> {
    await sql
      .raw(`create or replace function refuse_change_of_published() returns trigger language plpgsql as $$
        begin
          if tg_op = 'UPDATE'
            and (new.id, new.version, new.digest, new.text, new.document, new.title, new.scope, new.published_at, new.is_alone,
                new.copied_from)
              is not distinct from
              (old.id, old.version, old.digest, old.text, old.document, old.title, old.scope, old.published_at, old.is_alone,
                old.copied_from)
          then return new; end if;
          raise exception 'a published runbook is never changed: % version %', old.id, old.version;
        end $$`)
      .execute(db);
  },
};
