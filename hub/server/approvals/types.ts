import type { Actor, ApprovalKind, PersonId, SiteId } from "@caretaker/protocol";
import type { Selectable } from "kysely";
import type { Announcement, Announcements } from "../announcements.ts";
import type { Database, Trx } from "../db/database.ts";
import type { Tables } from "../db/tables.ts";
import type { NewMessage } from "../mail/queue.ts";

export type ApprovalRow = Selectable<Tables["approval"]>;

/** What somebody wants to be done that one person may not do alone. */
export interface Wish {
  readonly kind: ApprovalKind;
  readonly subject: string;
  /** What will be done, in one sentence for whoever approves. */
  readonly title: string;
  /** All that is needed to do it: exactly this is approved. */
  readonly details: Readonly<Record<string, unknown>>;
  /** The homes concerned; their homeowners are told when a firm of one goes on alone. */
  readonly siteIds: readonly SiteId[];
  readonly reason: string;
}

/** Does what was approved, in the transaction of the approval. Whatever it throws leaves the approval waiting. */
export type CarryOut = (
  trx: Trx,
  approval: ApprovalRow,
  by: { readonly actor: Actor; readonly personId: PersonId; readonly now: Date },
) => Promise<readonly Announcement[]>;

/** One for each kind, given by the room that it belongs to. */
export type CarriesOut = Readonly<Record<ApprovalKind, CarryOut>>;

export interface ApprovalsDeps {
  readonly db: Database;
  readonly now: (db: Database) => Promise<Date>;
  readonly announcements: Announcements;
  readonly queueMessage: (trx: Trx, message: NewMessage) => Promise<void>;
}
