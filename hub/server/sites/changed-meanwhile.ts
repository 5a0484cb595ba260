import { CaretakerError } from "@caretaker/protocol";

/** Two people edited the same row: the later one is told, and nothing of the earlier one is lost. */
export function changedMeanwhile(what: string, currentVersion: number): CaretakerError {
  return new CaretakerError(
    "changed_meanwhile",
    `${what} was changed by somebody else while you were editing. Look at it again, then make your change.`,
    { meta: { currentVersion } },
  );
}
