import type { Secret } from "@caretaker/protocol";
import type { Announcements } from "../announcements.ts";
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
  /** Called once the firm exists; in a demo it starts the simulated homes. */
  readonly afterSetup: (firm: { isDemo: boolean }) => Promise<void>;
}
