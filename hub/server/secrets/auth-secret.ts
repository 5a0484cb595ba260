import { randomBytes } from "node:crypto";
import { isCaretakerError } from "@caretaker/protocol";
import { type Database, transaction } from "../db/database.ts";
import type { Vault } from "./vault.ts";

const OWNER = "hub";

/**
 * What signs cookies and seals second factors: made at the first start and kept sealed. With a key ring that does not fit
 * it is not made anew, since that would throw away everybody's second factor.
 */
export async function authSecret(db: Database, vault: Vault): Promise<string> {
  const kept = await vault.open(OWNER).catch((error: unknown) => {
    if (isCaretakerError(error, "not_found")) return null;
    throw error;
  });
  if (kept?.authSecret) return kept.authSecret.reveal();
  const made = randomBytes(32).toString("base64url");
  await transaction(db, (trx) => vault.seal(trx, OWNER, { authSecret: made }));
  return made;
}
