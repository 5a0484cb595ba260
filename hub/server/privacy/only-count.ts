import { type Database, type Trx, transaction } from "../db/database.ts";

/** Ends a transaction without an error for anybody: what was counted in it is true, and nothing of it happened. */
class Undone<T> extends Error {
  readonly counted: T;

  constructor(counted: T) {
    super("only counted");
    this.counted = counted;
  }
}

/** Does the work in one transaction; where it is only to be counted, nothing of it stays. */
export async function doOrCount<T>(db: Database, isPreview: boolean, work: (trx: Trx) => Promise<T>): Promise<T> {
  try {
    return await transaction(db, async (trx) => {
      const counted = await work(trx);
      if (isPreview) throw new Undone(counted);
      return counted;
    });
  } catch (error) {
    if (error instanceof Undone) return error.counted;
    throw error;
  }
}
