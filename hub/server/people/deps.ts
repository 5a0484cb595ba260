import type { PersonId, Secret } from "@caretaker/protocol";
import type { Announcement, Announcements } from "../announcements.ts";
import type { Database, Trx } from "../db/database.ts";
import type { Log } from "../log.ts";
import type { NewMessage } from "../mail/queue.ts";

export interface PeopleDeps {
  readonly db: Database;
  readonly log: Log;
  readonly announcements: Announcements;
  readonly publicUrl: string;
  readonly version: string;
  /** Whether messages leave the hub, or wait in the outbox. */
  readonly mail: "smtp" | "outbox";
  /** Whether this data directory is a demo for good. Known after setup. */
  readonly isDemo: () => boolean;
  readonly setup: { readonly token: Secret; readonly expiresAt: Date };
  readonly queueMail: (trx: Trx, message: NewMessage) => Promise<void>;
  /** Ends what is done in the name of somebody who is shut out; before his own row is locked. */
  readonly endWorkOf: (
    trx: Trx,
    person: { readonly personId: PersonId; readonly name: string; readonly by: string; readonly now: Date },
  ) => Promise<readonly Announcement[]>;
  /** Called once the firm exists; in a demo it starts the simulated homes. */
  readonly afterSetup: (firm: { isDemo: boolean }) => Promise<void>;
}
