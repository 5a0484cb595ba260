import { CaretakerError, Runbook, type RunbookId } from "@caretaker/protocol";

export interface KeptRunbook {
  readonly runbook: Runbook;
  /** The runbooks that it uses, as they were when the run began. */
  readonly uses: ReadonlyMap<string, Runbook>;
}

/** A kept version, with those of the runbooks that it uses: a run goes on with these, whatever the library has now. */
export function readKept(document: object, id: RunbookId): KeptRunbook {
  const { uses = {}, ...own } = document as { readonly uses?: Readonly<Record<string, unknown>> };
  const used = Object.entries(uses).map(([name, kept]) => [name, read(kept, name)] as const);
  return { runbook: read(own, id), uses: new Map(used) };
}

function read(document: unknown, id: string): Runbook {
  const parsed = Runbook.safeParse(document);
  if (parsed.success) return parsed.data;
  throw new CaretakerError("invalid_runbook", `The kept version of ${id} cannot be read by this hub.`, {
    cause: parsed.error,
  });
}
