import { CaretakerError, Secret } from "@caretaker/protocol";
import { type Database, now, type Trx } from "../db/database.ts";
import type { KeyRing } from "./key-ring.ts";
import { open, type Sealed, seal } from "./seal.ts";

/**
 * Credentials, sealed in the database. `owner` is what they belong to, such as `gateway:<id>`. There is no way to list
 * or read them but `open`, which gives them as `Secret`s.
 */
export interface Vault {
  /** Replaces all that was sealed for the owner, in the caller's transaction. */
  seal(trx: Trx, owner: string, fields: Readonly<Record<string, string>>): Promise<void>;
  /** Rejects with `not_found` when nothing is sealed for the owner. */
  open(owner: string): Promise<Record<string, Secret>>;
  /** For many owners at once, such as the gateways of a hub that starts; owners without anything are left out. */
  openMany(owners: readonly string[]): Promise<Map<string, Record<string, Secret>>>;
  destroy(trx: Trx, owner: string): Promise<void>;
}

export function createVault({ db, ring }: { db: Database; ring: KeyRing }): Vault {
  return {
    async seal(trx, owner, fields) {
      const last = await trx
        .selectFrom("sealedSecret")
        .select("version")
        .where("owner", "=", owner)
        .orderBy("version", "desc")
        .limit(1)
        .executeTakeFirst();
      const version = (last?.version ?? 0) + 1;
      const sealedAt = await now(trx);
      await trx.deleteFrom("sealedSecret").where("owner", "=", owner).execute();
      const rows = Object.entries(fields).map(([field, words]) => ({
        owner,
        field,
        version,
        sealedAt,
        ...seal(ring, words, place(owner, field, version)),
      }));
      if (rows.length > 0) await trx.insertInto("sealedSecret").values(rows).execute();
    },

    async open(owner) {
      const rows = await db.selectFrom("sealedSecret").selectAll().where("owner", "=", owner).execute();
      if (rows.length === 0)
        throw new CaretakerError("not_found", `No credentials are kept for ${owner}. Give them anew.`);
      return Object.fromEntries(
        rows.map((row) => [row.field, new Secret(open(ring, row, place(owner, row.field, row.version)))]),
      );
    },

    async openMany(owners) {
      if (owners.length === 0) return new Map();
      const rows = await db
        .selectFrom("sealedSecret")
        .selectAll()
        .where("owner", "in", [...owners])
        .execute();
      const opened = new Map<string, Record<string, Secret>>();
      for (const row of rows) {
        const { owner, field, version } = row;
        const fields = opened.get(owner) ?? {};
        opened.set(owner, fields);
        fields[field] = new Secret(open(ring, row, place(owner, field, version)));
      }
      return opened;
    },

    async destroy(trx, owner) {
      await trx.deleteFrom("sealedSecret").where("owner", "=", owner).execute();
    },
  };
}

/** A sealed value belongs to one field of one row in one version: copied to another, it does not open. */
function place(owner: string, field: string, version: number): string {
  return `${owner}/${field}/${version}`;
}

/** Seals words that lie in a JSON column, such as the outbox's. */
export function createWordSealer(ring: KeyRing): {
  seal(words: string, boundTo: string): Promise<object>;
  open(sealed: object, boundTo: string): Promise<string>;
} {
  return {
    seal: async (words, boundTo) => seal(ring, words, boundTo),
    open: async (sealed, boundTo) => open(ring, sealed as Sealed, boundTo),
  };
}
