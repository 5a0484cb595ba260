import type { RunbookId } from "@caretaker/protocol";

/** The page of a runbook. One that serves several makes has none in its id; its page is among those of the hub. */
export function pageOf(id: RunbookId): { readonly connector: string; readonly name: string } {
  const [first = "", name] = id.split("/");
  return name === undefined ? { connector: "hub", name: first } : { connector: first, name };
}
