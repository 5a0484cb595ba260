import { isCaretakerError } from "@caretaker/protocol";
import { makeKey, openKey, type ProofKey } from "@caretaker/reach/agent-proof.ts";
import { type Database, transaction } from "../db/database.ts";
import type { Vault } from "./vault.ts";

const OWNER = "agents";

/**
 * The key that every agent pins when it is paired: made once and kept sealed. With a key ring that does not fit it is not
 * made anew, since no agent would ever come back to another.
 */
export async function hubKey(db: Database, vault: Vault): Promise<ProofKey> {
  const kept = await vault.open(OWNER).catch((error: unknown) => {
    if (isCaretakerError(error, "not_found")) return null;
    throw error;
  });
  if (kept?.publicKey && kept.privateKey)
    return openKey({ publicKey: kept.publicKey.reveal(), privateKey: kept.privateKey.reveal() });
  const made = makeKey();
  await transaction(db, (trx) => vault.seal(trx, OWNER, { ...made }));
  return openKey(made);
}
