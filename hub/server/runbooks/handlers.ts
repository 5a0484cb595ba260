import { CaretakerError } from "@caretaker/protocol";
import type { Database } from "../db/database.ts";
import type { Handlers } from "../http/handler.ts";
import { runbookSchema } from "./json-schema.ts";
import type { Library } from "./library.ts";
import { listNotStartable, listOutdatedFor, notStartableDetails } from "./published.ts";
import { recordOf } from "./record-of.ts";
import { toDetails, toSummary } from "./summary.ts";
import { verdictOf } from "./verdict.ts";

export interface RunbooksDeps {
  readonly db: Database;
  readonly library: Library;
}

export function runbooksHandlers({
  db,
  library,
}: RunbooksDeps): Pick<Handlers, "runbook.list" | "runbook.get" | "runbook.validate" | "runbook.schema"> {
  return {
    /** With a site, those that can run there: a runbook may need what none of its gateways is. */
    "runbook.list": async ({ siteId }) => {
      await library.refresh?.();
      if (siteId === undefined)
        return { items: library.runbooks.map(toSummary), notStartable: await listNotStartable(db, library) };
      const gateways = await db
        .selectFrom("gateway")
        .select("connector")
        .where("siteId", "=", siteId)
        .where("removedAt", "is", null)
        .execute();
      const makes = new Set(gateways.map(({ connector }) => connector));
      const fitting = library.runbooks.filter(({ facts }) => facts.connectors.some((id) => makes.has(id)));
      return { items: fitting.map(toSummary), notStartable: await listOutdatedFor(db, library, makes) };
    },
    "runbook.validate": async (given) => {
      await library.refresh?.();
      return verdictOf(given, library.world);
    },
    "runbook.schema": async () => runbookSchema(),
    "runbook.get": async ({ connector, name }) => {
      await library.refresh?.();
      const id = `${connector}/${name}`;
      // Those that serve several makes have no connector in their id.
      const found = library.get(id) ?? (connector === "hub" ? library.get(name) : undefined);
      if (found !== undefined) return { ...toDetails(found, library.world), record: await recordOf(db, found.id) };
      const notStartable = await notStartableDetails(db, library, id);
      if (notStartable !== null) return { ...notStartable, record: await recordOf(db, id) };
      throw new CaretakerError("not_found", `There is no runbook ${id}. The list of runbooks shows those of this hub.`);
    },
  };
}
