import { type Kysely, sql } from "kysely";

/** A published runbook is never changed, but a former colleague who is erased is no longer named as whoever published it. */
export const namesInPublished = {
  id: "0016-names-in-published",
  async up(db: Kysely<unknown>): Promise<void> {
    await sql
      .raw(`create or replace function refuse_change_of_published() returns trigger language plpgsql as $$
        begin
          if tg_op = 'UPDATE'
            and (new.id, new.version, new.digest, new.text, new.document, new.title, new.scope, new.published_at)
              is not distinct from (old.id, old.version, old.digest, old.text, old.document, old.title, old.scope, old.published_at)
          then return new; end if;
          raise exception 'a published runbook is never changed: % version %', old.id, old.version;
        end $$`)
      .execute(db);
  },
};
