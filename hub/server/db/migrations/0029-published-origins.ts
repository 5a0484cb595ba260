import { type Kysely, sql } from "kysely";

/**
 * A published runbook says what it was copied from, and whether a firm of one published it without anybody else. And the
 * table that never changes is not emptied either: triggers of single rows do not see a `truncate`.
 */
export const publishedOrigins = {
  id: "0029-published-origins",
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  "alter table runbook_published add column copied_from text",
  "alter table runbook_published add column is_alone boolean not null default false",
  // Still under the old trigger, which does not know the new column.
  `update runbook_published set is_alone = true from approval
    where approval.kind = 'runbook.publish' and approval.status = 'given' and approval.is_alone
      and approval.subject = runbook_published.id and approval.details ->> 'digest' = runbook_published.digest`,
  `create or replace function refuse_change_of_published() returns trigger language plpgsql as $$
    begin
      if tg_op = 'UPDATE'
        and (new.id, new.version, new.digest, new.text, new.document, new.title, new.scope, new.published_at, new.is_alone)
          is not distinct from
          (old.id, old.version, old.digest, old.text, old.document, old.title, old.scope, old.published_at, old.is_alone)
      then return new; end if;
      raise exception 'a published runbook is never changed: % version %', old.id, old.version;
    end $$`,
  `create or replace function refuse_emptying_of_published() returns trigger language plpgsql as $$
    begin raise exception 'a published runbook is never changed, so none is thrown away'; end $$`,
  `create trigger runbook_published_is_kept before truncate on runbook_published
    for each statement execute function refuse_emptying_of_published()`,
];
