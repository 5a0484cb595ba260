import type { Director } from "../client/director.ts";
import { READ_VARIABLES } from "../normalise/state.ts";
import { ItemRow, MacroRow, rowsOf, VariableRow } from "../schema.ts";
import type { LiveHome } from "./home.ts";

/** Reads the whole home. Answers whether it has other things than before. */
export async function readHome(director: Director, home: LiveHome, garbage: (what: string) => void): Promise<boolean> {
  const moment = home.moment;
  const [items, variables, macros] = await Promise.all([
    director.items(),
    director.variables(READ_VARIABLES),
    // A home without the macros agent has none.
    director.macros().catch(() => []),
  ]);
  return home.replace(
    rowsOf(ItemRow, items, () => garbage("an item")),
    rowsOf(VariableRow, variables, () => garbage("a variable")),
    rowsOf(MacroRow, macros, () => garbage("a macro")),
    moment,
  );
}

/** Reads these items anew. */
export async function readItems(director: Director, home: LiveHome, ids: readonly number[]): Promise<void> {
  await Promise.all(
    ids.map(async (id) => {
      const moment = home.moment;
      const [row, variables] = await Promise.all([director.item(id), director.variablesOf(id, READ_VARIABLES)]);
      home.refresh(
        rowsOf(ItemRow, row, () => {}).find((one) => one.id === id),
        rowsOf(VariableRow, variables, () => {}),
        moment,
      );
    }),
  );
}
