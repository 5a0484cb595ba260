import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { CaretakerError, ContactId, PersonId, SiteId } from "@caretaker/protocol";
import { z } from "zod";
import { type Database, now } from "../db/database.ts";
import type { Log } from "../log.ts";
import { eraseContact } from "./erase-contact.ts";
import { erasePerson } from "./erase-person.ts";

/** Who was erased, by ids that name nobody. */
const Erasure = z.union([
  z.strictObject({ siteId: SiteId, contactId: ContactId }),
  z.strictObject({ personId: PersonId }),
]);
export type Erasure = z.infer<typeof Erasure>;

const REASON = "Erased before, and came back with a backup that was older";

/**
 * Whoever was erased stands in a file beside the database, so that a backup that is older than the erasure cannot bring
 * them back for longer than a start takes.
 */
export interface Erasures {
  /** Adds somebody, once they are erased. */
  note(erasure: Erasure): Promise<void>;
  /** Erases again whoever came back with a backup. Returns how many did. */
  applyAgain(db: Database): Promise<number>;
}

export function createErasures(dataDir: string, log: Pick<Log, "warn">): Erasures {
  const path = join(dataDir, "erased.jsonl");
  return {
    async note(erasure) {
      try {
        await appendFile(path, `${JSON.stringify(erasure)}\n`, { mode: 0o600 });
      } catch (error) {
        // They are erased all the same; only an older backup could bring them back.
        log.warn({ error, ...erasure }, `${path} cannot be written: after a restore, erase this person again by hand.`);
      }
    },

    async applyAgain(db) {
      const text = await readFile(path, "utf8").catch(() => "");
      let count = 0;
      for (const line of new Set(text.split("\n").filter((one) => one !== ""))) {
        try {
          await eraseAgain(db, Erasure.parse(JSON.parse(line)));
          count += 1;
        } catch (error) {
          const isGone = error instanceof CaretakerError && ["already_done", "not_found"].includes(error.code);
          if (!isGone) log.warn({ error, line }, "Somebody who was erased may have come back: erase them by hand.");
        }
      }
      if (count > 0) log.warn({ count }, "People who had been erased came back with a backup, and were erased again.");
      return count;
    },
  };
}

async function eraseAgain(db: Database, erasure: Erasure): Promise<void> {
  const by = { reason: REASON, actor: "hub", now: await now(db) } as const;
  if ("contactId" in erasure) {
    await eraseContact(db, { ...erasure, ...by });
    return;
  }
  // They had left when they were erased, whatever the backup says.
  await db
    .updateTable("person")
    .set({ disabledAt: by.now })
    .where("id", "=", erasure.personId)
    .where("disabledAt", "is", null)
    .execute();
  await erasePerson(db, { ...erasure, ...by });
}
