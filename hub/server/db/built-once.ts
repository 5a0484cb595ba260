import type { Compilable, CompiledQuery, QueryResult, UnknownRow } from "kysely";
import type { Database } from "./database.ts";
import { connectionOf } from "./together.ts";

/**
 * A query whose text is built once. Kysely makes a tree of each query and writes it down as SQL, which costs the hub more
 * than all else that it does for a small one; what a run asks dozens of times is built by the first who asks. `build` gets
 * stand-ins for what is given, of their types: they may stand wherever a value may, may not be looked into, and a list of
 * them (`in`) has no fixed text. Several of them can be asked of one transaction together; see `together`.
 */
export function builtOnce<Given extends object, Row>(
  build: (db: Database, given: Given) => Compilable<Row>,
): (db: Database, given: Given) => Promise<Row[]> {
  let built: CompiledQuery<Row> | undefined;
  return async (db, given) => {
    built ??= build(db, standIns<Given>()).compile();
    const parameters = built.parameters.map((value) => (value instanceof StandIn ? givenFor(given, value) : value));
    const query = { ...built, parameters };
    const connection = connectionOf(db);
    if (connection === undefined) return (await db.executeQuery<Row>(query)).rows;
    let result: QueryResult<unknown> = await connection.executeQuery(query);
    for (const plugin of db.getExecutor().plugins)
      result = await plugin.transformResult({ result: result as QueryResult<UnknownRow>, queryId: query.queryId });
    return result.rows as Row[];
  };
}

/** The same for a query that finds one row or none. */
export function oneBuiltOnce<Given extends object, Row>(
  build: (db: Database, given: Given) => Compilable<Row>,
): (db: Database, given: Given) => Promise<Row | undefined> {
  const ask = builtOnce(build);
  return async (db, given) => (await ask(db, given))[0];
}

class StandIn {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

function standIns<Given extends object>(): Given {
  return new Proxy({} as Given, {
    get: (_, name) => new StandIn(String(name)),
    // Taken apart it would have no names, and a query without them would be built without a word.
    ownKeys: () => {
      throw new Error("What is given to a query that is built once is named, and not spread.");
    },
  });
}

function givenFor(given: object, { name }: StandIn): unknown {
  const value = (given as Readonly<Record<string, unknown>>)[name];
  if (value === undefined) throw new Error(`A query that is built once was not given its ${name}.`);
  return value;
}
