import type { Runbook, RunbookId } from "@caretaker/protocol";
import type { Selectable } from "kysely";
import type { Database, Trx } from "../../db/database.ts";
import type { Tables } from "../../db/tables.ts";
import { digestOf } from "../../ledger/canonical.ts";
import { runbookDigest, usedBy } from "../digest.ts";
import type { Library, LibraryRunbook, OutdatedRunbook } from "../library.ts";
import { validateRunbook } from "../validate.ts";
import type { World } from "../world.ts";
import { copiedRunbook } from "./copied-from.ts";

/**
 * The stock, and the newest version of each runbook that the firm has published and not retired. What is kept here is
 * only read; the rows decide, and any hub on this database sees what another published before it starts the next run.
 */
export function createLivingLibrary(db: Database, stock: Library): Library {
  let held: Held = { mark: "", world: stock.world, runbooks: stock.runbooks, outdated: [] };
  let index = indexOf(held.runbooks);
  return {
    get world() {
      return held.world;
    },
    get runbooks() {
      return held.runbooks;
    },
    get outdated() {
      return held.outdated;
    },
    get: (id) => index.get(id),
    async refresh(within = db) {
      const mark = await markOf(within);
      if (mark === held.mark) return;
      held = { mark, ...(await read(within, stock)) };
      index = indexOf(held.runbooks);
    },
  };
}

interface Held {
  readonly mark: string;
  readonly world: World;
  readonly runbooks: readonly LibraryRunbook[];
  readonly outdated: readonly OutdatedRunbook[];
}

/** Versions are only ever added, so how many there are says whether anything is new. */
async function markOf(db: Database | Trx): Promise<string> {
  const { published, retired } = await db
    .selectNoFrom((select) => [
      select
        .selectFrom("runbookPublished")
        .select((each) => each.fn.countAll<number>().as("count"))
        .as("published"),
      select
        .selectFrom("runbookRetired")
        .select((each) => each.fn.max<string>("retiredAt").as("last"))
        .as("retired"),
    ])
    .executeTakeFirstOrThrow();
  return `${published} ${retired}`;
}

type Row = Pick<Selectable<Tables["runbookPublished"]>, "id" | "version" | "digest" | "text" | "title" | "document">;

async function read(db: Database | Trx, stock: Library): Promise<Omit<Held, "mark">> {
  const rows: Row[] = await db
    .selectFrom("runbookPublished")
    .distinctOn("id")
    .select(["id", "version", "digest", "text", "title", "document"])
    .where("id", "not in", (retired) => retired.selectFrom("runbookRetired").select("id"))
    .orderBy("id")
    .orderBy("version", "desc")
    .execute();
  const origins = await originsOf(db);
  const known = new Map<string, Runbook>(stock.world.runbooks);
  const world: World = { connectors: stock.world.connectors, runbooks: known };
  const runbooks = new Map<string, LibraryRunbook>(stock.runbooks.map((one) => [one.id, one]));
  let left = rows;
  // One may use another: as long as one more became good, the others are tried again.
  for (let before = Number.POSITIVE_INFINITY; left.length > 0 && left.length < before; ) {
    before = left.length;
    left = left.filter(({ id, digest, text }) => {
      const result = validateRunbook(`${id}.yaml`, text, world);
      if (!result.ok) return true;
      const now = runbookDigest(
        result.document,
        usedBy(result.runbook, (used) => runbooks.get(used)),
      );
      // What it uses is another now than when it was published, as after an update of the stock: it is published anew.
      if (now !== digest) return true;
      known.set(id, result.runbook);
      runbooks.set(id, {
        ...result,
        id: result.runbook.id,
        digest,
        text,
        isStock: false,
        ...copyOf(id, origins),
      });
      return false;
    });
  }
  return {
    world,
    runbooks: [...runbooks.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
    outdated: left.map((row) => toOutdated(row, runbooks, new Set(left.map(({ id }) => id)))),
  };
}

/** What each runbook was copied from when it was first published. A later version says nothing of it. */
async function originsOf(db: Database | Trx): Promise<ReadonlyMap<string, string>> {
  const rows = await db
    .selectFrom("runbookPublished")
    .select(["id", "copiedFrom"])
    .where("copiedFrom", "is not", null)
    .orderBy("version", "desc")
    .execute();
  // The oldest comes last and stays. What came out of a file is nobody's copy.
  return new Map(
    rows.flatMap(({ id, copiedFrom }) => {
      const origin = copiedRunbook(copiedFrom ?? "");
      return origin === undefined ? [] : [[id, origin] as const];
    }),
  );
}

/** The first in the line of copies. */
function copyOf(id: string, origins: ReadonlyMap<string, string>): { copyOf?: RunbookId } {
  const seen = new Set([id]);
  let first = id;
  for (let next = origins.get(id); next !== undefined && !seen.has(next); next = origins.get(next)) {
    seen.add(next);
    first = next;
  }
  return first === id ? {} : { copyOf: first as RunbookId };
}

/** Of what it used when it was published: what is another now, what is no longer there, and what waits itself. */
function toOutdated(
  { id, version, title, document }: Row,
  runbooks: ReadonlyMap<string, LibraryRunbook>,
  waiting: ReadonlySet<string>,
): OutdatedRunbook {
  const { uses = {} } = document as { readonly uses?: Readonly<Record<string, unknown>> };
  const because = Object.entries(uses).flatMap(([used, then]): OutdatedRunbook["because"][number][] => {
    const now = runbooks.get(used);
    if (now !== undefined) return digestOf(now.document) === digestOf(then) ? [] : [{ id: used, what: "changed" }];
    return [{ id: used, what: waiting.has(used) ? "outdated" : "gone" }];
  });
  return { id: id as RunbookId, version, title, because };
}

function indexOf(runbooks: readonly LibraryRunbook[]): ReadonlyMap<string, LibraryRunbook> {
  return new Map(runbooks.map((one) => [one.id as string, one]));
}
