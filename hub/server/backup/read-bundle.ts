import { createHash } from "node:crypto";
import { BundleEnd, BundleManifest, BundleRow, BundleTable, BundleTableEnd, CaretakerError } from "@caretaker/protocol";

/** What stands in a bundle, as it is read. Everything before it has been checked; only `end` says that all of it is whole. */
export type BundlePart =
  | { readonly kind: "manifest"; readonly manifest: BundleManifest }
  | { readonly kind: "table"; readonly table: string; readonly columns: readonly string[] }
  | { readonly kind: "row"; readonly row: readonly (string | null)[] }
  | { readonly kind: "end"; readonly tables: number; readonly rows: number };

/**
 * Reads a bundle line by line and checks it against itself.
 * @throws CaretakerError `bundle_damaged` that names the line, and the table where it lies in one.
 */
export async function* readBundle(lines: AsyncIterable<string>): AsyncGenerator<BundlePart, void> {
  const all = createHash("sha256");
  let open: { table: string; columns: number; rows: number; digest: ReturnType<typeof createHash> } | null = null;
  let number = 0;
  let tables = 0;
  let rows = 0;
  let isDone = false;
  const damaged = (why: string): CaretakerError => {
    const where = open === null ? "" : ` in the table ${open.table}`;
    return new CaretakerError("bundle_damaged", `The backup is damaged: line ${number}${where}: ${why}`, {
      meta: { line: number, ...(open === null ? {} : { table: open.table }) },
    });
  };
  for await (const text of lines) {
    number += 1;
    if (isDone) throw damaged("there is something behind its end.");
    const line = parse(text);
    if (line === undefined) throw damaged("it is not JSON.");
    if (number === 1) {
      const manifest = BundleManifest.safeParse(line);
      if (!manifest.success)
        throw damaged("this is not the beginning of a backup of Caretaker that this version reads.");
      yield { kind: "manifest", manifest: manifest.data };
    } else if (open === null) {
      const head = BundleTable.safeParse(line);
      const end = BundleEnd.safeParse(line);
      if (head.success) {
        const { table, columns } = head.data;
        open = { table, columns: columns.length, rows: 0, digest: createHash("sha256").update(text).update("\n") };
        yield { kind: "table", table, columns };
      } else if (end.success) {
        const sum = { tables, rows, digest: all.digest("hex") };
        const { tables: said, rows: saidRows, digest } = end.data;
        if (said !== sum.tables || saidRows !== sum.rows || digest !== sum.digest)
          throw damaged("what stands before it is not what was written.");
        isDone = true;
        yield { kind: "end", tables, rows };
        continue;
      } else throw damaged("a table, or the end, should stand here.");
    } else {
      const end = BundleTableEnd.safeParse(line);
      if (end.success) {
        if (end.data.endOf !== open.table || end.data.rows !== open.rows)
          throw damaged(`${end.data.rows} rows were written, and ${open.rows} are here.`);
        if (end.data.digest !== open.digest.digest("hex")) throw damaged("its rows are not what was written.");
        tables += 1;
        rows += open.rows;
        open = null;
      } else {
        const row = BundleRow.safeParse(line);
        if (!row.success || row.data.length !== open.columns) throw damaged("this is no row of it.");
        open.rows += 1;
        open.digest.update(text).update("\n");
        yield { kind: "row", row: row.data };
      }
    }
    all.update(text).update("\n");
  }
  if (!isDone) throw damaged("it ends before its end.");
}

export interface BundleContents {
  readonly manifest: BundleManifest;
  readonly tables: number;
  readonly rows: number;
}

/** Reads all of it, to see whether it is whole. */
export async function checkBundle(lines: AsyncIterable<string>): Promise<BundleContents> {
  let manifest: BundleManifest | null = null;
  let sum = { tables: 0, rows: 0 };
  for await (const part of readBundle(lines)) {
    if (part.kind === "manifest") manifest = part.manifest;
    if (part.kind === "end") sum = { tables: part.tables, rows: part.rows };
  }
  // It has an end, so it had a beginning.
  return { manifest: manifest as BundleManifest, ...sum };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
