import {
  CamelCasePlugin,
  PostgresDialect,
  PostgresQueryCompiler,
  type QueryCompiler,
  type RootOperationNode,
} from "kysely";

/**
 * Names are camelCase here and snake_case in the database. Kysely's plugin for that builds the tree of each query anew to
 * rename what is in it, which costs as much as to compile it; here a name is translated where it is written down.
 */
export class SnakeCaseDialect extends PostgresDialect {
  override createQueryCompiler(): QueryCompiler {
    return new SnakeCaseCompiler();
  }
}

/** What comes back is renamed by the plugin. What is inside a JSON column is ours or a vendor's own and keeps its spelling. */
export class CamelCaseResults extends CamelCasePlugin {
  constructor() {
    super({ maintainNestedObjectKeys: true });
  }

  override transformQuery({ node }: { readonly node: RootOperationNode }): RootOperationNode {
    return node;
  }

  snakeCaseOf(name: string): string {
    return this.snakeCase(name);
  }
}

const names = new CamelCaseResults();

class SnakeCaseCompiler extends PostgresQueryCompiler {
  protected override sanitizeIdentifier(name: string): string {
    return super.sanitizeIdentifier(names.snakeCaseOf(name));
  }
}
